import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.camunda.bpm.client.ExternalTaskClient;
import org.camunda.bpm.client.task.ExternalTask;
import org.camunda.bpm.client.task.ExternalTaskService;

/** A worker of the Java client 7.24.0 with a pool of 32. Arguments: engine's REST address, topic, portal's webhook. */
public final class Worker {
  private static final int THREADS = 32;
  private static final Pattern ID = Pattern.compile("\"id\": *\"(\\d+)\"");
  private static final HttpClient PORTAL = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static String webhook;

  public static void main(String[] given) {
    webhook = given[2];
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    Semaphore free = new Semaphore(THREADS * 2);
    ExternalTaskClient client =
        ExternalTaskClient.create()
            .baseUrl(given[0])
            .workerId("java-pool")
            .maxTasks(THREADS)
            .asyncResponseTimeout(8_000)
            .lockDuration(150_000)
            .build();
    client
        .subscribe(given[1])
        .handler(
            (task, service) -> {
              free.acquireUninterruptibly();
              pool.execute(
                  () -> {
                    try {
                      handle(task, service);
                    } finally {
                      free.release();
                    }
                  });
            })
        .open();
  }

  private static void handle(ExternalTask task, ExternalTaskService service) {
    String marker = "\"XML_ID\":\"camunda:" + task.getId() + "\"";
    String ties = marker + ",\"UF_PROCESS_INSTANCE_ID\":\"" + task.getProcessInstanceId() + "\"";
    String fields = "{\"fields\":{\"TITLE\":\"Approve\",\"RESPONSIBLE_ID\":1," + ties + "}}";
    Matcher made = ID.matcher(call("tasks.task.add", fields));
    made.find();
    service.complete(task, Map.of("bitrixTaskId", Long.valueOf(made.group(1))));
    String instance = "\"processInstanceId\":\"" + task.getProcessInstanceId() + "\"";
    String key = "\"processDefinitionKey\":\"" + task.getProcessDefinitionKey() + "\"";
    call("imena.camunda.sync", "{" + instance + "," + key + "}");
  }

  private static String call(String method, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(webhook + method))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return PORTAL.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
