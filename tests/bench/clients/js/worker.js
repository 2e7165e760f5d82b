// A worker of the JavaScript client 3.1.0: fifty at once, connections kept alive.
// Arguments: the engine's REST address, the topic, the portal's webhook, the interval of fetching in milliseconds.
import http from "node:http";
import { Client, Variables } from "camunda-external-task-client-js";

const [engine, topic, webhook, interval] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });

function call(method, params) {
  const body = JSON.stringify(params);
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request(webhook + method, { agent, method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => (response.statusCode === 200 ? resolve(JSON.parse(text).result) : reject(text)));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const client = new Client({
  baseUrl: engine,
  workerId: "javascript",
  maxTasks: 50,
  maxParallelExecutions: 50,
  interval: Number(interval),
  lockDuration: 150000,
  asyncResponseTimeout: 8000,
});

client.subscribe(topic, async ({ task, taskService }) => {
  const ties = { XML_ID: `camunda:${task.id}`, UF_PROCESS_INSTANCE_ID: task.processInstanceId };
  const fields = { TITLE: "Approve", RESPONSIBLE_ID: 1, ...ties };
  const made = await call("tasks.task.add", { fields });
  const result = new Variables();
  result.set("bitrixTaskId", Number(made.task.id));
  await taskService.complete(task, result);
  await call("imena.camunda.sync", {
    processInstanceId: task.processInstanceId,
    processDefinitionKey: task.processDefinitionKey,
  });
});
