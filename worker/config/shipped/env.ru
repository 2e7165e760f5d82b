# Что camunda-bitrix-worker читает из окружения. В командной строке:  set -a; . ./.env; set +a
# Для systemd (EnvironmentFile) годится как есть. В контейнере (env_file) localhost — это сам контейнер: движок на этой машине там
# http://host.docker.internal:8080/engine-rest, а LEDGER_URL не нужен. Здесь пароль: никому не показывайте.
# Значение с пробелом, $, & или # — в одинарных кавычках: NAME='a$b'. С кавычкой внутри — в файле: NAME_FILE=ФАЙЛ.

# Обязательно: REST API движка
CAMUNDA_BASE_URL=http://localhost:8080/engine-rest
# Обязательно: входящий вебхук администратора портала, вида https://portal.example/rest/1/код/
BITRIX_WEBHOOK_URL=

# Если движок спрашивает имя и пароль
# CAMUNDA_AUTH_ENABLED=true
# CAMUNDA_AUTH_USERNAME=worker
# CAMUNDA_AUTH_PASSWORD=

# Часовой пояс для дат, в которых он не указан
# TZ=Europe/Moscow

# Журнал: локальный диск, который переживёт перезапуск. Сначала создайте папку, доступную только пользователю воркера
# LEDGER_URL=sqlite:////var/lib/camunda-bitrix-worker/worker.db
