"""Maps an external task to the draft of a Bitrix24 task, and that task to the step's result."""
