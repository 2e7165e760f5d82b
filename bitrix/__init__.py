"""The Bitrix24 side: one webhook, its calls and what their answers mean."""
