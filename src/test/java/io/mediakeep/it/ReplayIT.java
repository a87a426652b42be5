package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replay has an effect, or the letter stays and the answer says why. */
class ReplayIT {
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeSuno suno;
    private static FakeVidu vidu;
    private static RunningMediakeep app;

    /** A provider that is off, one that cannot be read, and a letter of one that is gone from the settings. */
    @BeforeAll
    static void start() {
        suno = new FakeSuno("suno-key");
        vidu = new FakeVidu("vidu-key");
        app = new RunningMediakeep(CLOCK)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .provider("suno", suno, "suno-token-0123456789")
                .set("mediakeep.suno.confirm", "never")
                .start();
        for (String provider : List.of("suno", "kling", "bygone")) {
            app.execute("INSERT INTO task (provider, task_id, status, first_seen_by, first_seen_at) VALUES ('"
                    + provider + "', 't', 'processing', 'poll', 1)");
            app.execute(
                    "INSERT INTO dead_letter (kind, provider, letter_key, task_id, reason, created_at) VALUES ('task', '"
                            + provider + "', 't', 't', 'task_unknown', 1)");
        }
        app.execute("INSERT INTO callback (provider, callback_key, covered, body, received_at, due_at, state)"
                + " VALUES ('kling', 'k', 1, X'7B7D', 1, 1, 'dead')");
        app.execute("INSERT INTO dead_letter (kind, provider, letter_key, callback_id, reason, created_at)"
                + " SELECT 'callback', 'kling', 'callback-x', id, 'provider_off', 1 FROM callback");
        app.execute(
                "INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, state, due_at, added_at, reason)"
                        + " VALUES ('kling', 't', 'k', 'video', 'https://cdn.example/v', 1, 'dead', 1, 1, 'provider_off')");
        app.execute("INSERT INTO dead_letter (kind, provider, letter_key, task_id, media_key, reason, created_at)"
                + " VALUES ('media', 'kling', 't/k', 't', 'k', 'provider_off', 1)");
    }

    @AfterAll
    static void stop() {
        app.close();
        suno.close();
        vidu.close();
    }

    @Test
    void aLetterThatNobodyCouldReplayStaysWithAnAnswerThatSaysWhy() {
        JsonNode letters = app.get("/api/dead-letters?limit=500").path("items");
        assertThat(letters).hasSize(5);
        for (JsonNode letter : letters) {
            HttpResponse<String> answer =
                    app.api("POST", "/api/dead-letters/" + letter.path("id").asLong() + "/replay", null);

            assertThat(answer.statusCode()).as(letter.toString()).isEqualTo(409);
            assertThat(FakeServer.parse(answer.body()).path("detail").asText())
                    .contains(
                            switch (letter.path("provider").asText()) {
                                case "suno" -> "cannot be read; set mediakeep.suno.api-key";
                                case "kling" -> "kling is switched off; set mediakeep.kling.enabled";
                                default -> "the settings name no provider bygone";
                            });
        }
        JsonNode all = FakeServer.parse(
                app.api("POST", "/api/dead-letters/replay", null).body());
        assertThat(all.path("replayed").asInt()).isZero();
        assertThat(all.path("skipped").asInt()).isEqualTo(5);
        assertThat(all.path("why")).hasSize(3);
        assertThat(app.get("/api/dead-letters").path("items")).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reason=",
                "reason",
                "reason=%20",
                "reason=nonsense",
                "provider=",
                "provider=unknown",
                "reason=&provider=vidu",
                "reason=task_unknown&reason=",
                "reason=task_unknown&provider=%09",
                "state=open"
            })
    void aFilterThatNamesNothingReplaysNothing(String query) {
        HttpResponse<String> answer = app.api("POST", "/api/dead-letters/replay?" + query, null);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(app.get("/api/dead-letters").path("items")).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"provider=kling", "reason=task_unknown", "reason=mapping", "provider=suno&reason=task_unknown"})
    void aFilterOfKnownWordsIsAnsweredAlthoughNothingMatches(String query) {
        HttpResponse<String> answer = app.api("POST", "/api/dead-letters/replay?" + query, null);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(FakeServer.parse(answer.body()).path("replayed").asInt()).isZero();
    }

    @Test
    void anItemWithoutAnIdThatChangesWithEachPollIsOneLetter() {
        vidu.put(
                "odd",
                map(
                        "id",
                        null,
                        "state",
                        "success",
                        "credits",
                        1,
                        "creations",
                        List.of(map("url", "https://a.example/s1/v"))),
                null);
        app.await("it is seen", () -> !letters("id_invalid").isEmpty());
        for (int i = 2; i < 6; i++) {
            int seen = i;
            long before = letters("id_invalid").get(0).path("count").asLong();
            vidu.put("odd-" + i, null, null);
            vidu.replaceFirst(map(
                    "id",
                    null,
                    "state",
                    "success",
                    "credits",
                    seen,
                    "creations",
                    List.of(map("url", "https://a.example/s" + seen + "/v"))));
            app.await(
                    "it is seen again",
                    () -> letters("id_invalid").get(0).path("count").asLong() > before);
        }

        assertThat(letters("id_invalid")).hasSize(1);
        app.execute("DELETE FROM dead_letter WHERE provider = 'vidu'");
        vidu.replaceFirst(null);
    }

    private static List<JsonNode> letters(String reason) {
        return app.deadLetters(reason);
    }
}
