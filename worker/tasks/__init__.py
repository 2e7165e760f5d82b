"""The path of one external task: fetched, looked up, its Bitrix24 task created once."""
