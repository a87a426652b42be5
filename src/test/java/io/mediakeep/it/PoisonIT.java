package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One media kills the process each time it is copied; others are being copied beside it. */
class PoisonIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int INNOCENTS = 3;

    @TempDir
    private Path directory;

    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean innocentsAreServed;

    @Test
    void aMediaThatKillsTheProcessEachTimeIsADeadLetterAndItsNeighboursAreStored() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer origin = origin(threads);
        try (FakeSuno suno = new FakeSuno("key");
                MediakeepProcess node = node(suno)) {
            node.start();
            for (int i = 0; i <= INNOCENTS; i++) {
                String id = i == 0 ? "poison" : "innocent-" + i;
                String url = "http://127.0.0.1:" + origin.getAddress().getPort() + "/" + id;
                suno.putVideo(id, FakeSuno.video(id, "SUCCESS", url, null));
                node.post("/api/tasks/suno", "{\"taskId\":\"" + id + "\"}");
            }
            for (int kill = 1; kill <= 2; kill++) {
                Awaitility.await("all are copied together, round " + kill)
                        .atMost(PATIENCE)
                        .until(() -> asked.size() == INNOCENTS + 1);
                node.kill();
                asked.clear();
                node.start();
            }
            innocentsAreServed = true;
            for (int kill = 3; kill <= 5; kill++) {
                Awaitility.await("copied as the only suspect, round " + kill)
                        .atMost(PATIENCE)
                        .until(() -> asked.contains("/poison"));
                assertThat(node.get("/api/media?state=copying").path("items")).hasSize(1);
                node.kill();
                asked.clear();
                node.start();
            }

            JsonNode letters = Awaitility.await("dead letter")
                    .atMost(PATIENCE)
                    .until(() -> node.get("/api/dead-letters").path("items"), items -> !items.isEmpty());
            assertThat(letters).hasSize(1);
            assertThat(letters.get(0).path("reason").asText()).isEqualTo("poison");
            assertThat(letters.get(0).path("taskId").asText()).isEqualTo("poison");
            Awaitility.await("the others are stored")
                    .atMost(PATIENCE)
                    .until(() ->
                            node.get("/api/media?state=stored").path("items").size() == INNOCENTS);
        } finally {
            end.countDown();
            origin.stop(0);
            threads.shutdownNow();
        }
    }

    private MediakeepProcess node(FakeSuno suno) throws Exception {
        return new MediakeepProcess(Files.createDirectories(directory.resolve("node")), "200m")
                .set("mediakeep.ledger.url", "jdbc:sqlite:ledger.db")
                .set("mediakeep.suspect.pause", "300ms")
                .set("mediakeep.suno.enabled", "true")
                .set("mediakeep.suno.callback-token", "0123456789abcdef")
                .set("mediakeep.suno.api-url", suno.url())
                .set("mediakeep.suno.api-key", "key")
                .set("mediakeep.suno.media-hosts", "*");
    }

    private HttpServer origin(ExecutorService threads) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 20);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange;
                    OutputStream body = exchange.getResponseBody()) {
                String path = exchange.getRequestURI().getPath();
                asked.add(path);
                if (path.equals("/poison") || !innocentsAreServed) {
                    end.await();
                }
                byte[] video = Media.mp4(path.hashCode());
                exchange.sendResponseHeaders(200, video.length);
                body.write(video);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        return server;
    }
}
