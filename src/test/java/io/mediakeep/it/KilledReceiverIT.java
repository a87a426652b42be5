package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.Postgres;
import io.mediakeep.digest.Digests;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of the load: whatever was answered 200 is in the ledger, once, and is merged. */
class KilledReceiverIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final String DOOR = "/callbacks/suno/" + TOKEN;
    private static final int CLIENTS = 32;
    private static final int KILLS = 2;
    /** Answers between two kills. */
    private static final int ANSWERS = 300;

    @TempDir
    Path directory;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();

    @Test
    void losesNothingOnSqlite() throws Exception {
        killUnderLoad("jdbc:sqlite:" + directory.resolve("data/ledger.db"), "");
    }

    @Test
    void losesNothingOnPostgresql() throws Exception {
        killUnderLoad(Postgres.fresh(), Postgres.USER);
    }

    private void killUnderLoad(String url, String user) throws Exception {
        try (MediakeepProcess app = new MediakeepProcess(directory, "256m")) {
            app.set("mediakeep.suno.enabled", "true")
                    .set("mediakeep.suno.callback-token", TOKEN)
                    .set("mediakeep.suno.confirm", "never")
                    .set("mediakeep.ledger.url", url)
                    .set("mediakeep.ledger.user", user);
            for (int kill = 1; kill <= KILLS; kill++) {
                app.start();
                loadUntil(app, kill * ANSWERS);
            }
            app.start();

            assertThat(texts(url, user, "SELECT callback_key FROM callback"))
                    .containsAll(acknowledged.stream()
                            .map(body -> Digests.sha256(body.getBytes(StandardCharsets.UTF_8)))
                            .toList());
            for (String body : acknowledged.stream().limit(3).toList()) {
                assertThat(app.post(DOOR, body).body()).contains("duplicate");
            }
            // Claims of the process that was killed are taken up at the start, or once their lease has ended.
            Awaitility.await("all merged")
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> texts(url, user, "SELECT callback_key FROM callback WHERE state = 'received'")
                            .isEmpty());
            assertThat(texts(url, user, "SELECT task_id FROM task"))
                    .containsAll(acknowledged.stream()
                            .map(body -> body.replaceAll(".*\"task_id\":\"([^\"]*)\".*", "$1"))
                            .toList());
        }
    }

    /** Kills the process once so many callbacks were answered, while others are on their way. */
    private void loadUntil(MediakeepProcess app, int answers) throws InterruptedException {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            clients.execute(() -> sendUntilKilled(app));
        }
        Awaitility.await("answers").atMost(Duration.ofMinutes(2)).until(() -> acknowledged.size() >= answers);
        app.kill();
        clients.shutdown();
        assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    private void sendUntilKilled(MediakeepProcess app) {
        try {
            while (true) {
                String body = "{\"code\":200,\"data\":{\"task_id\":\"t-" + number.incrementAndGet()
                        + "\",\"callbackType\":\"text\"}}";
                if (app.post(DOOR, body).statusCode() == 200) {
                    acknowledged.add(body);
                }
            }
        } catch (UncheckedIOException e) {
            // killed
        }
    }

    private static Set<String> texts(String url, String user, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            Set<String> texts = new HashSet<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
