package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.EXPIRY;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static io.mediakeep.ledger.TestLedger.placed;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Checksum.Algorithm;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ledger promises of outputs that come under other names and URLs. */
abstract class OutputContract extends NounContract {
    private static final String URL = "https://cdn.example/a.mp4";

    private List<String> keys() {
        return ledger.texts("SELECT media_key FROM media ORDER BY media_key");
    }

    private List<String> aliases() {
        return ledger.texts("SELECT alias_key || '=' || media_key FROM media_alias ORDER BY alias_key");
    }

    private MediaLedger.Stored object(String key, String content) {
        return new MediaLedger.Stored(
                key, 7, new Checksum(Algorithm.SHA256, content.repeat(64)), "video/mp4", "cdn.example");
    }

    @Test
    void oneOutputThatTwoListsNameOtherwiseIsOneMedia() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
        ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
        ledger.tasks.merge(event("t", SUCCEEDED, placed("video-99", URL + "?x=2", "video:0")), Seen.POLL);

        assertThat(keys()).containsExactly("video-7");
        assertThat(aliases()).containsExactly("video-99=video-7");
        assertThat(ledger.media.claim(9)).isEmpty();
        assertThat(ledger.manifests.claim(9)).as("the manifest tells the alias").hasSize(1);
    }

    @Test
    void anAliasBringsAFresherUrlToItsMedia() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("video-0", URL + "?sig=1", "video:0")), Seen.CALLBACK);
        MediaItem later = new MediaItem(
                "video-7", "video", URL + "?sig=2", EXPIRY.plusSeconds(9), null, null, null, null, "video:0");
        ledger.tasks.merge(event("t", SUCCEEDED, later), Seen.POLL);
        ledger.tasks.merge(event("t", SUCCEEDED, later), Seen.POLL);

        assertThat(ledger.texts("SELECT url FROM media")).containsExactly(URL + "?sig=2");
        assertThat(aliases()).containsExactly("video-7=video-0");
    }

    @Test
    void twoOutputsOfOneAnswerStayTwoHoweverEqual() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("a", URL, "video:0"), placed("b", URL, "video:1")), Seen.POLL);
        ledger.media
                .claim(2)
                .forEach(media ->
                        ledger.media.stored(media, object("vidu/t/" + media.id().mediaKey(), "a")));

        assertThat(ledger.count("media")).isEqualTo(2);
        assertThat(aliases()).isEmpty();
        assertThat(ledger.count("discarded_object")).isZero();
    }

    @Test
    void anOutputThatMovedDownInItsListKeepsItsMedia() {
        ledger.tasks.merge(event("t", PROCESSING, placed("image-0", URL, "image:0")), Seen.POLL);
        ledger.tasks.merge(
                event(
                        "t",
                        SUCCEEDED,
                        placed("image-0", "https://cdn.example/b.mp4", "image:0"),
                        placed("image-0-2", URL, "image:1")),
                Seen.POLL);

        assertThat(ledger.texts("SELECT media_key || ' ' || url FROM media ORDER BY media_key"))
                .containsExactly("image-0 " + URL, "image-0-2 https://cdn.example/b.mp4");
    }

    @Test
    void theSameBytesAtTheSamePlaceFromAnotherListAreOneObject() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
        ledger.tasks.merge(
                event("t", SUCCEEDED, placed("video-99", "https://other.example/q.mp4", "video:0")), Seen.POLL);
        List<MediaLedger.Claimed> claimed = ledger.media.claim(2);
        claimed.forEach(media -> assertThat(
                        ledger.media.stored(media, object("vidu/t/" + media.id().mediaKey(), "a")))
                .isTrue());

        assertThat(ledger.count("media")).isEqualTo(1);
        String kept = keys().get(0);
        String other = kept.equals("video-7") ? "video-99" : "video-7";
        assertThat(aliases()).containsExactly(other + "=" + kept);
        assertThat(ledger.texts("SELECT object_key FROM discarded_object")).containsExactly("vidu/t/" + other);
        assertThat(ledger.texts("SELECT type FROM outbox WHERE type = 'media.stored'"))
                .hasSize(1);
    }

    @Test
    void aKeyIsNotTakenForOneThatOnlyLooksLikeIt() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("a_b", URL, "video:0")), Seen.POLL);
        ledger.media.stored(ledger.media.claim(1).get(0), object("vidu/t/a_b", "a"));
        ledger.tasks.merge(
                event(
                        "t",
                        SUCCEEDED,
                        placed("k", "https://other.example/k.mp4", "video:0"),
                        placed("axb", "https://other.example/x.mp4", "video:1")),
                Seen.POLL);
        ledger.media.claim(2).stream()
                .filter(media -> media.id().mediaKey().equals("k"))
                .forEach(media -> ledger.media.stored(media, object("vidu/t/k", "a")));

        assertThat(aliases()).containsExactly("k=a_b");
    }

    @Test
    void otherBytesAtTheSamePlaceAreAnotherOutput() {
        ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
        ledger.tasks.merge(
                event("t", SUCCEEDED, placed("video-99", "https://other.example/q.mp4", "video:0")), Seen.POLL);
        List<MediaLedger.Claimed> claimed = ledger.media.claim(2);
        ledger.media.stored(claimed.get(0), object("one", "a"));
        ledger.media.stored(claimed.get(1), object("two", "b"));

        assertThat(ledger.count("media")).isEqualTo(2);
    }

    @Test
    void whatWasCopiedBeforeTheEndIsCopiedAgainWhereTheLastWordNamesAnotherAddress() {
        ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
        ledger.media.stored(ledger.media.claim(1).get(0), object("vidu/t/k.mp3", "a"));

        ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL, "a:0")), Seen.POLL);

        MediaLedger.Claimed again = ledger.media.claim(1).get(0);
        assertThat(again.url()).isEqualTo(URL);
        assertThat(again.replaces()).isEqualTo("vidu/t/k.mp3");
        MediaLedger.End end = ledger.media.end(again, object("vidu/t/k.wav", "b"));
        assertThat(end).isEqualTo(new MediaLedger.End(true, "vidu/t/k.mp3"));
        assertThat(ledger.texts("SELECT object_key FROM discarded_object")).containsExactly("vidu/t/k.mp3");
        ledger.tasks.merge(event("t", SUCCEEDED, placed("k", "https://cdn.example/third", "a:0")), Seen.POLL);
        assertThat(ledger.media.claim(1)).as("the last word has been heard").isEmpty();
    }

    @Test
    void whatWasCopiedBeforeTheEndIsFinalWhereTheAddressStays() {
        ledger.tasks.merge(event("t", PROCESSING, placed("k", URL + "?sig=1", "a:0")), Seen.POLL);
        ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
        ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL + "?sig=2", "a:0")), Seen.POLL);

        assertThat(ledger.media.claim(1)).isEmpty();
        assertThat(ledger.count("media WHERE early = 1")).isZero();
    }

    @Test
    void aCopyThatRunsWhenTheLastWordComesIsNotTheLast() {
        ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
        MediaLedger.Claimed running = ledger.media.claim(1).get(0);
        ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL, "a:0")), Seen.CALLBACK);

        assertThat(ledger.media.stored(running, OBJECT)).isFalse();
        MediaLedger.Claimed again = ledger.media.claim(1).get(0);
        assertThat(again.url()).isEqualTo(URL);
        assertThat(again.replaces()).isEmpty();
    }

    @Test
    void theLastWordCountsAlsoWhereACallbackEndedTheTaskWithoutIt() {
        ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
        ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
        ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
        ledger.tasks.merge(List.of(event("t", SUCCEEDED, placed("k", URL, "a:0"))), Seen.POLL);

        assertThat(ledger.media.claim(1)).hasSize(1);
    }

    @Test
    void aMessageOfAFailureDoesNotStayWithASuccess() {
        TaskEvent failed = new TaskEvent(
                "vidu", "t", FAILED, true, "no credit", null, null, null, null, null, null, false, List.of());
        ledger.tasks.merge(failed, Seen.POLL);
        assertThat(ledger.task("t")).containsEntry("statusMessage", "no credit");

        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
        assertThat(ledger.task("t")).containsEntry("statusMessage", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no_output", "task_unknown", "status_unknown", "watch_timeout"})
    void aLetterThatItsTaskHasOvertakenIsClosed(String reason) {
        ledger.tasks.merge(event("t", PROCESSING), Seen.POLL);
        ledger.deadLetters.task("vidu", "t", reason, "for the test");
        ledger.deadLetters.task("vidu", "other", reason, "for the test");
        ledger.deadLetters.payload("vidu", "id:t", new byte[] {1}, "mapping", "for the test");

        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);

        assertThat(ledger.texts("SELECT letter_key FROM dead_letter WHERE state = 'open'"))
                .containsExactly("other");
    }

    @Test
    void aLetterWithoutOutputStaysWhileThereIsNone() {
        ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);
        ledger.deadLetters.task("vidu", "t", "no_output", "for the test");
        ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);
        assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(1);

        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
        assertThat(ledger.count("dead_letter WHERE state = 'open'")).isZero();
    }
}
