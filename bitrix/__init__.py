"""The Bitrix24 REST API: one webhook, its calls, and what the answers mean."""
