"""All texts for people, in Russian and English: log, faults, causes, reasons, page."""
