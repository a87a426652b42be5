package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More callbacks than a small node can work off at once, in a process with 256 MiB of heap. */
class OverloadIT {
    private static final int CALLBACKS = 5_000;
    private static final int WITH_MEDIA = 300;
    private static final int PLACES = 8;
    private static final String DOOR = "/callbacks/suno/suno-token-0123456789";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    private Path directory;

    @Test
    void whatIsAcknowledgedEndsAndTheNearestExpiryGoesFirst() throws Exception {
        try (FakeSuno suno = new FakeSuno("key");
                FakeOrigin origin = new FakeOrigin();
                MediakeepProcess app = new MediakeepProcess(directory, "256m")
                        .set("mediakeep.suno.enabled", "true")
                        .set("mediakeep.suno.api-url", suno.url())
                        .set("mediakeep.suno.api-key", "key")
                        .set("mediakeep.suno.callback-token", "suno-token-0123456789")
                        .set("mediakeep.suno.confirm", "never")
                        .set("mediakeep.suno.media-hosts", "*")
                        .set("mediakeep.fetch.stall-timeout", "10m")
                        .set("mediakeep.copy.concurrency", Integer.toString(PLACES))
                        .set("mediakeep.copy.per-host", Integer.toString(PLACES))
                        .start()) {
            Set<String> acknowledged = new HashSet<>();
            Set<Integer> statuses = new HashSet<>();
            send(app, bodies(origin)).forEach(answer -> {
                statuses.add(answer.status());
                if (answer.status() == 200) {
                    acknowledged.add(answer.task());
                }
            });
            assertThat(statuses).isSubsetOf(200, 503).contains(200);

            await(
                    "all callbacks are merged",
                    () -> app.get("/api/summary").path("callbacksWaiting").asLong(-1) == 0);
            origin.release();
            await("every result is stored", () -> count("media WHERE state <> 'stored'") == 0);

            assertThat(count("callback")).isEqualTo(acknowledged.size());
            assertThat(tasks("SELECT task_id FROM task WHERE finished_at IS NOT NULL"))
                    .containsExactlyInAnyOrderElementsOf(acknowledged);
            assertThat(count("dead_letter")).isZero();
            assertInOrder(origin.gets().stream()
                    .skip(PLACES) // those that began before there was a backlog
                    .map(get -> Integer.parseInt(get.path().substring(2)))
                    .toList());
        }
    }

    private record Answer(String task, int status) {}

    /** Task id and body of each callback. A task {@code t<n>} with a result has the n-th nearest expiry. */
    private static List<Map.Entry<String, byte[]>> bodies(FakeOrigin origin) throws Exception {
        List<Map.Entry<String, byte[]>> bodies = new ArrayList<>();
        String date = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        for (int i = 0; i < CALLBACKS; i++) {
            String id = "t" + i;
            Map<String, Object> body = Map.of("code", 501, "msg", "failed", "data", Map.of("task_id", id));
            if (i < WITH_MEDIA) {
                String url = origin.put(id, Media.mp4(i, 3_000), FakeOrigin.Fault.HELD, -1);
                url = url.substring(0, url.indexOf('?')) + "?X-Amz-Date=" + date + "&X-Amz-Expires=" + (7_200 + 60 * i)
                        + "&X-Amz-Signature=" + FakeOrigin.SIGNATURE;
                body = Map.of("code", 200, "msg", "ok", "data", Map.of("task_id", id, "video_url", url));
            }
            bodies.add(Map.entry(id, FakeServer.JSON.writeValueAsBytes(body)));
        }
        Collections.shuffle(bodies, new Random(3));
        return bodies;
    }

    /** Sends all, 64 at a time, so faster than they can be worked off. */
    private static Queue<Answer> send(MediakeepProcess app, List<Map.Entry<String, byte[]>> bodies) throws Exception {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        URI door = app.uri(DOOR);
        Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        Semaphore free = new Semaphore(64);
        CountDownLatch done = new CountDownLatch(bodies.size());
        for (Map.Entry<String, byte[]> body : bodies) {
            free.acquire();
            HttpRequest request = HttpRequest.newBuilder(door)
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.getValue()))
                    .build();
            http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).whenComplete((answer, problem) -> {
                answers.add(new Answer(body.getKey(), answer == null ? -1 : answer.statusCode()));
                free.release();
                done.countDown();
            });
        }
        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return answers;
    }

    /** Copies run side by side, so each may be a few places off. */
    private static void assertInOrder(List<Integer> order) {
        List<Integer> sorted = order.stream().sorted().toList();
        for (int i = 0; i < order.size(); i++) {
            assertThat(Math.abs(sorted.indexOf(order.get(i)) - i))
                    .as("place of the result with expiry %d", order.get(i))
                    .isLessThanOrEqualTo(2 * PLACES);
        }
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(condition);
    }

    private long count(String from) throws Exception {
        return Long.parseLong(tasks("SELECT count(*) FROM " + from).iterator().next());
    }

    private List<String> tasks(String sql) throws Exception {
        List<String> found = new ArrayList<>();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/ledger.db"));
                var rows = connection.createStatement().executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }
}
