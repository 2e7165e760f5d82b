"""What a step says, as it is modelled, and whether engine and portal would do it; else somebody is told."""
