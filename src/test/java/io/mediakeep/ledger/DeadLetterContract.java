package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUBMITTED;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.bytes;
import static io.mediakeep.ledger.TestLedger.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.digest.Digests;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.TaskLedger.DueRead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What the ledger promises of dead letters and replays. */
abstract class DeadLetterContract extends NounContract {
    private long letter() {
        return Long.parseLong(ledger.text("SELECT max(id) FROM dead_letter"));
    }

    @Test
    void aReplayedCallbackIsClaimedAgain() {
        ledger.callbacks.record("vidu", "id", true, bytes("{"));
        ledger.callbacks.dead(ledger.callbacks.claim(1).get(0), "payload_json", null);

        assertThat(ledger.deadLetters.replay(letter()))
                .contains(new DeadLetterLedger.Replayed(letter(), "callback", "vidu"));
        Received again = ledger.callbacks.claim(1).get(0);
        assertThat(again.body()).isEqualTo(bytes("{"));
        assertThat(again.attempts()).isEqualTo(1);

        ledger.callbacks.dead(again, "payload_json", null);
        assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(1);
    }

    @Test
    void aReplayedPayloadBecomesACallback() {
        ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", "no map");
        ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", "no map");
        ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[2]")), bytes("[2]"), "payload_shape", "no map");
        assertThat(ledger.count("dead_letter")).isEqualTo(2);

        assertThat(ledger.deadLetters.replay("vidu", "payload_shape", 10)).hasSize(2);
        assertThat(ledger.callbacks.claim(10))
                .extracting(c -> new String(c.body()))
                .containsExactlyInAnyOrder("[1]", "[2]");
    }

    @Test
    void aPayloadIsReplayedAsOftenAsItFails() {
        for (int round = 0; round < 2; round++) {
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", null);
            ledger.deadLetters.replay(letter());
            Received callback = ledger.callbacks.claim(1).get(0);
            ledger.done(callback);
        }

        assertThat(ledger.count("callback")).isEqualTo(1);
    }

    @Test
    void aReplayedPayloadIsKnownAsOneAndBringsTheBytesOfItsOwnLetter() {
        for (String body : List.of("[1]", "[2]")) {
            ledger.deadLetters.payload("vidu", "id:7", bytes(body), "payload_shape", null);
            ledger.deadLetters.replay(letter());
            Received callback = ledger.callbacks.claim(1).get(0);
            assertThat(callback.polled()).isTrue();
            assertThat(new String(callback.body())).isEqualTo(body);
            ledger.done(callback);
        }
        ledger.callbacks.record("vidu", "payload-7", true, bytes("[3]"));
        assertThat(ledger.callbacks.claim(1).get(0).polled()).isFalse();
    }

    @Test
    void aReplayedMediaIsDueAgainWithAllItsAttempts() {
        ledger.media.dead(ledger.claimedMedia("t"), "stall", null);
        ledger.deadLetters.replay(letter());

        Claimed again = ledger.media.claim(1).get(0);
        assertThat(again.attempts()).isEqualTo(1);
        assertThat(again.fence()).isEqualTo(2);
        ledger.media.stored(again, OBJECT);
        assertThat(ledger.count("media WHERE reason IS NOT NULL")).isZero();
    }

    @Test
    void aReplayedTaskIsReadAgain() {
        ledger.tasks.merge(event("t", SUBMITTED), Seen.HINT);
        ledger.deadLetters.task("vidu", "t", "task_unknown", "6 reads");
        ledger.deadLetters.replay(letter());

        assertThat(ledger.tasks.claimReads("vidu", 1))
                .extracting(DueRead::reason)
                .containsExactly("replay");
    }

    @Test
    void aReplayTwiceAtOnceHasOneEffect() throws Exception {
        ledger.media.dead(ledger.claimedMedia("t"), "stall", null);
        long id = letter();
        List<Callable<Boolean>> replays =
                new ArrayList<>(times(4, () -> ledger.deadLetters.replay(id).isPresent()));
        replays.addAll(times(4, () -> otherNode.deadLetters.replay(id).isPresent()));

        assertThat(together(replays)).filteredOn(effect -> effect).hasSize(1);
        assertThat(ledger.media.claim(10)).hasSize(1);
    }

    @Test
    void aLetterWhoseReplayCouldHaveNoEffectStaysOpenAndTheOthersAreReplayed() {
        ledger.tasks.merge(event("vidu", "a", PROCESSING), Seen.POLL);
        ledger.tasks.merge(event("kling", "a", PROCESSING), Seen.POLL);
        ledger.deadLetters.task("vidu", "a", "task_unknown", "x");
        ledger.deadLetters.task("kling", "a", "task_unknown", "x");
        ledger.deadLetters.task("vidu", "forgotten", "task_unknown", "x");
        DeadLetterLedger.Hindrance off = (kind, provider, mustBeRead) ->
                provider.equals("kling") && mustBeRead ? Optional.of("off") : Optional.empty();

        DeadLetterLedger.Replays replays = ledger.deadLetters.replay(null, "task_unknown", 10, off);

        assertThat(replays.replayed())
                .extracting(DeadLetterLedger.Replayed::provider)
                .containsExactly("vidu");
        assertThat(replays.skipped()).isEqualTo(Map.of("off", 1, "the task that it is about is not kept any more", 1));
        assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(2);
        assertThat(ledger.deadLetters.replay(4711, off)).isEqualTo(new DeadLetterLedger.Replay(null, null));
    }

    @Test
    void lettersThatStayDoNotUseUpTheLimit() {
        for (int i = 0; i < 600; i++) {
            ledger.deadLetters.task("vidu", "forgotten-" + i, "task_unknown", "x");
        }
        ledger.tasks.merge(event("vidu", "a", PROCESSING), Seen.POLL);
        ledger.deadLetters.task("vidu", "a", "task_unknown", "x");

        assertThat(ledger.deadLetters
                        .replay("vidu", null, 5, (kind, provider, mustBeRead) -> Optional.empty())
                        .replayed())
                .hasSize(1);
    }

    @Test
    void itemsWithoutIdentityAreOneLetterThatCountsThemAndKeepsTheLast() {
        assertThat(ledger.deadLetters.payloads("vidu", "list:tasks:mapping", 3, bytes("[1]"), "mapping", "first"))
                .isTrue();
        clock.move(Duration.ofMinutes(1));
        assertThat(ledger.deadLetters.payloads("vidu", "list:tasks:mapping", 2, bytes("[2]"), "mapping", "last"))
                .isFalse();

        Map<String, Object> letter =
                ledger.queries.deadLetters("vidu", "mapping", null, 10).items().get(0);
        assertThat(letter)
                .containsEntry("count", 5L)
                .containsEntry("detail", "last")
                .containsEntry("lastAt", clock.instant().toString());
        ledger.deadLetters.replay(letter());
        assertThat(ledger.callbacks.claim(10))
                .extracting(c -> new String(c.body()))
                .containsExactly("[2]");
    }

    @Test
    void anUnknownLetterIsNotReplayed() {
        assertThat(ledger.deadLetters.replay(4711)).isEmpty();
    }

    @Test
    void aFilterReplaysWhatMatchesAndNoMoreThanItsLimit() {
        for (int i = 0; i < 5; i++) {
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("v" + i)), bytes("v" + i), "mapping", null);
            ledger.deadLetters.payload("kling", Digests.sha256(bytes("k" + i)), bytes("k" + i), "mapping", null);
            ledger.deadLetters.payload("kling", Digests.sha256(bytes("s" + i)), bytes("s" + i), "payload_shape", null);
        }

        assertThat(ledger.deadLetters.replay("kling", "mapping", 3))
                .extracting(DeadLetterLedger.Replayed::provider)
                .containsExactly("kling", "kling", "kling");
        assertThat(ledger.deadLetters.replay("kling", null, 100)).hasSize(7);
        assertThat(ledger.deadLetters.replay(null, "mapping", 100)).hasSize(5);
        assertThat(ledger.deadLetters.replay(null, null, 100)).isEmpty();
        assertThat(ledger.deadLetters.replay("' OR 1=1--", "' OR 1=1--", 100)).isEmpty();
    }
}
