"""What people type on the command line that is no command or option of ours, and what they mean by it."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.phrase import Phrase, unchanged

NO_COMMAND = Phrase("нет команды {given}: {meant}", "there is no command {given}: {meant}")
NO_OPTION = Phrase("нет параметра {given}: {meant}", "there is no option {given}: {meant}")
TOO_MUCH = Phrase("лишнее: {given}: {meant}", "one argument too many: {given}: {meant}")
QUOTED = Phrase("«{text}»", "“{text}”")
THERE_ARE = Phrase("есть {known}", "there are {known}")
LOOK_AT_HELP = Phrase(f"что принимает команда: {PROGRAM} {{command}} --help", f"see {PROGRAM} {{command}} --help")
CALL = unchanged(f"{PROGRAM} {{words}}")
AS_SETTING = Phrase(
    "это настройка: переменная {variable} или {path} в config.yaml",
    "it is a setting: the variable {variable}, or {path} in config.yaml",
)
END_IT = Phrase(
    "`run` останавливает сигнал SIGTERM (Ctrl+C, systemctl stop, docker stop); после него запустите `run` снова",
    "SIGTERM ends a `run` (Ctrl+C, systemctl stop, docker stop); start `run` again after it",
)
THE_LOG = Phrase(
    "лог пишет сам `run`: journalctl -u, docker logs; что с воркером сейчас: status",
    "`run` itself writes the log: journalctl -u, docker logs; how the worker is now: status",
)

COMMANDS: Mapping[str, str | Phrase] = {
    **dict.fromkeys(("start", "serve", "server", "up", "worker", "work", "exec", "daemon"), "run"),
    **dict.fromkeys(("version", "ver", "-v", "-V", "-version"), "--version"),
    **dict.fromkeys(("help", "usage", "?", "-help", "/?"), "--help"),
    **dict.fromkeys(("test", "verify", "doctor", "ping", "diagnose", "selftest", "connect"), "check"),
    **dict.fromkeys(("lint", "check-config", "configtest", "validate-config"), "validate"),
    **dict.fromkeys(("settings", "env", "show-config", "print-config", "configuration"), "config show"),
    **dict.fromkeys(("info", "list", "ls", "ps", "stats", "state", "queue", "tasks", "incidents", "parked"), "status"),
    **dict.fromkeys(("show", "find", "why", "trace", "history", "task", "search"), "explain ID"),
    **dict.fromkeys(("retry", "resend", "requeue", "resync"), "replay ID"),
    **dict.fromkeys(("delete", "remove", "rm", "drop", "discard"), "forget ID --reason …"),
    **dict.fromkeys(("new", "setup", "create", "generate", "install"), "init"),
    **dict.fromkeys(("man", "doc", "documentation", "manual"), "docs"),
    **dict.fromkeys(("healthcheck", "healthz", "alive", "ready", "readyz", "live"), "health"),
    **dict.fromkeys(("duplicates", "doubles"), "audit"),
    **dict.fromkeys(("migrate", "migration"), "docs migration"),
    **dict.fromkeys(("backup", "restore", "upgrade", "update"), "docs ledger"),
    **dict.fromkeys(("stop", "kill", "restart", "reload", "shutdown", "quit", "exit"), END_IT),
    **dict.fromkeys(("log", "logs", "tail"), THE_LOG),
}
"""By what people type; a text is how our command is called."""

OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("port", "p", "http-port", "listen"), "http.port"),
    **dict.fromkeys(("host", "bind", "address", "http-host"), "http.host"),
    **dict.fromkeys(("webhook", "webhook-url", "bitrix", "bitrix-url", "portal", "w"), "bitrix.webhook_url"),
    **dict.fromkeys(("engine", "base-url", "camunda", "camunda-url", "engine-url", "rest"), "camunda.base_url"),
    **dict.fromkeys(("ledger", "db", "database", "sqlite", "db-url", "database-url"), "ledger.url"),
    **dict.fromkeys(("language", "lang", "locale"), "log.language"),
    **dict.fromkeys(("log-format", "format", "json"), "log.format"),
    **dict.fromkeys(("tenant", "tenants", "tenant-id"), "camunda.tenant_ids"),
    **dict.fromkeys(("worker-id", "id", "name"), "camunda.worker_id"),
    **dict.fromkeys(("user", "username", "login"), "camunda.auth_username"),
    **dict.fromkeys(("password", "pass"), "camunda.auth_password"),
    **dict.fromkeys(("token",), "camunda.auth.token"),
    **dict.fromkeys(("insecure", "k", "no-verify"), "camunda.verify_tls"),
    **dict.fromkeys(("cacert", "ca"), "camunda.ca_file"),
}
"""The setting that an option was probably meant to set."""
CALLS: Mapping[str, str] = {
    **dict.fromkeys(("verbose", "v", "vv", "debug", "d", "x", "trace"), "{command} --log-level debug"),
    **dict.fromkeys(("quiet", "q", "silent", "s"), "{command} --log-level error"),
    **dict.fromkeys(("bpmn", "models", "process", "process-key"), "check --model …"),
    **dict.fromkeys(("settings", "conf", "cfg", "file", "f"), "{command} -c config.yaml"),
    **dict.fromkeys(("dry-run", "test", "check", "n"), "check"),
    **dict.fromkeys(("env-file", "env", "e"), "docs quick-start"),
    **dict.fromkeys(("topic", "topics", "t"), "docs settings"),
}
"""How our command is called for what an option was probably meant to do."""
