"""All that is said to people, in Russian and English: log, faults, causes, reasons, page."""
