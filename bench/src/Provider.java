import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The APIs of Suno API (details of a music video) and Kling (one legacy list) on loopback. Thread-safe. */
final class Provider implements AutoCloseable {
    static final String KEY = "key-of-the-benchmark";
    static final ObjectMapper JSON = new ObjectMapper();
    static final String LIST = "videos/text2video";

    private final Map<String, String> videos = new ConcurrentHashMap<>();
    private final List<Map<String, Object>> list = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Provider(Scope scope) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
        scope.own(this);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A task of Suno API that has ended. */
    void finishSuno(String taskId, String url) {
        videos.put(taskId, url);
    }

    /** A task of Kling that has ended. */
    void finishKling(String taskId, String url) {
        list.add(0, kling(taskId, url));
    }

    static Map<String, Object> kling(String taskId, String url) {
        long now = System.currentTimeMillis();
        Map<String, Object> task = new LinkedHashMap<>();
        task.put("task_id", taskId);
        task.put("task_status", "succeed");
        task.put("created_at", now - 60_000);
        task.put("updated_at", now);
        task.put("task_result", Map.of("videos", List.of(Map.of("id", "v-" + taskId, "url", url, "duration", "5.1"))));
        return task;
    }

    static Map<String, Object> sunoCallback(String taskId, String url) {
        return Map.of(
                "code", 200, "msg", "MP4 generated successfully.", "data", Map.of("task_id", taskId, "video_url", url));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            Map<String, Object> body;
            if (path.equals("/api/v1/mp4/record-info")) {
                String id = query.replaceFirst(".*taskId=", "");
                String url = videos.get(id);
                body = new LinkedHashMap<>(Map.of("code", 200, "msg", "success"));
                body.put(
                        "data",
                        url == null
                                ? null
                                : Map.of(
                                        "taskId",
                                        id,
                                        "successFlag",
                                        "SUCCESS",
                                        "createTime",
                                        System.currentTimeMillis(),
                                        "response",
                                        Map.of("videoUrl", url)));
            } else if (path.equals("/v1/" + LIST)) {
                int page = query.matches(".*pageNum=\\d+.*") ? number(query, "pageNum") : 1;
                int size = query.matches(".*pageSize=\\d+.*") ? number(query, "pageSize") : 30;
                List<Map<String, Object>> all = new ArrayList<>(list);
                int from = Math.min(all.size(), (page - 1) * size);
                body = Map.of(
                        "code", 0, "message", "SUCCEED", "data", all.subList(from, Math.min(all.size(), from + size)));
            } else {
                body = Map.of("code", 404, "msg", "Not Found");
            }
            byte[] bytes = JSON.writeValueAsBytes(body);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static int number(String query, String name) {
        return Integer.parseInt(query.replaceFirst(".*" + name + "=(\\d+).*", "$1"));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
