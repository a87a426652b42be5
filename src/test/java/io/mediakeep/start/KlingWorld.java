package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What Kling does from outside: it serves a result on loopback and sends a signed callback for it. */
final class KlingWorld implements AutoCloseable {
    private static final String TOKEN = "token-of-a-test-0001";
    private static final byte[] KEY = "a signing key of a test".getBytes(StandardCharsets.US_ASCII);

    private final byte[] image;
    private final HttpServer origin;

    KlingWorld() throws IOException {
        try (InputStream in = KlingWorld.class.getResourceAsStream("/io/mediakeep/demo/still.png")) {
            image = in.readAllBytes();
        }
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "image/png");
            exchange.sendResponseHeaders(200, image.length);
            exchange.getResponseBody().write(image);
            exchange.close();
        });
        origin.start();
    }

    /** Settings under which the callback is let in and its result may be fetched. */
    Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "MEDIAKEEP_KLING_ENABLED", "true",
                "MEDIAKEEP_KLING_CALLBACK_TOKEN", TOKEN,
                "MEDIAKEEP_KLING_CALLBACK_SECRET",
                        "whsec_" + Base64.getEncoder().encodeToString(KEY),
                "MEDIAKEEP_KLING_MEDIA_HOSTS", "*",
                "MEDIAKEEP_FETCH_ALLOW_PRIVATE", "true"));
    }

    String task(String taskId) {
        return """
                {"task_id":"%s","task_status":"succeed",
                 "task_result":{"images":[{"index":0,"url":"http://127.0.0.1:%d/still.png"}]}}""".formatted(taskId, origin.getAddress().getPort());
    }

    /** Sends the callback and waits for the result in the bucket below the folder. */
    void finish(String taskId, Child child, Path folder) throws Exception {
        String body = task(taskId);
        String time = String.valueOf(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        byte[] signature = mac.doFinal((taskId + "." + time + "." + body).getBytes(StandardCharsets.UTF_8));
        assertThat(child.send(child.request("/callbacks/kling/" + TOKEN)
                                .header("webhook-id", taskId)
                                .header("webhook-timestamp", time)
                                .header(
                                        "webhook-signature",
                                        "v1," + Base64.getEncoder().encodeToString(signature))
                                .POST(HttpRequest.BodyPublishers.ofString(body)))
                        .statusCode())
                .as("status of the callback")
                .isEqualTo(200);
        Path task = folder.resolve("data/bucket/media/kling").resolve(taskId);
        await().alias("object and manifest in " + task)
                .atMost(Child.PATIENCE)
                .until(() -> Files.exists(task.resolve("image-0.png")) && Files.exists(task.resolve("task.json")));
        assertThat(task.resolve("image-0.png")).hasBinaryContent(image);
    }

    @Override
    public void close() {
        origin.stop(0);
    }
}
