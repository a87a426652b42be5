package io.mediakeep.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Part;
import io.mediakeep.ledger.UploadLedger.Source;
import io.mediakeep.storage.UploadedPart;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResumeTest {
    private static final Instant OLDEST = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void allPartsThatBothKnowAreGood() {
        assertThat(good(noted(10, 10, 10), listed(10, 10, 10))).containsExactly(1, 2, 3);
    }

    @Test
    void aPartThatTheLedgerDoesNotKnowIsSentAgain() {
        assertThat(good(noted(10), listed(10, 10))).containsExactly(1);
    }

    @Test
    void aPartThatTheStorageDoesNotKnowEndsThem() {
        assertThat(good(noted(10, 10, 10), listed(10))).containsExactly(1);
        assertThat(good(noted(10, 10, 10), listed(10, 10, 10).subList(1, 3))).isEmpty();
        assertThat(good(noted(10), List.of())).isEmpty();
    }

    @Test
    void aPartThatTheLedgerMissedEndsThem() {
        assertThat(good(List.of(noted(10, 10, 10).get(0), noted(10, 10, 10).get(2)), listed(10, 10, 10)))
                .containsExactly(1);
    }

    @Test
    void aPartOfAnotherSizeOrTagEndsThem() {
        assertThat(good(noted(10, 10, 10), listed(10, 9, 10))).containsExactly(1);
        List<UploadedPart> other = List.of(
                listed(10).get(0),
                new UploadedPart(2, "\"other\"", 10),
                listed(10, 10, 10).get(2));
        assertThat(good(noted(10, 10, 10), other)).containsExactly(1);
    }

    @Test
    void quotesMakeNoDifference() {
        assertThat(good(noted(10), List.of(new UploadedPart(1, "e1", 10)))).containsExactly(1);
    }

    @Test
    void aShortPartIsGoodOnlyAtTheEnd() {
        assertThat(good(noted(10, 10, 5), listed(10, 10, 5))).containsExactly(1, 2);
        assertThat(Resume.parts(open("\"v\"", 25, OLDEST, noted(10, 10, 5)), listed(10, 10, 5), 10, OLDEST))
                .hasSize(3);
        assertThat(Resume.parts(open("\"v\"", -1, OLDEST, noted(10, 10, 5)), listed(10, 10, 5), 10, OLDEST))
                .hasSize(2);
    }

    @Test
    void partsOfAnotherPartSizeAreOfNoUse() {
        assertThat(Resume.parts(open("\"v\"", 100, OLDEST, noted(8, 8)), listed(8, 8), 10, OLDEST))
                .isEmpty();
        assertThat(Resume.parts(open("\"v\"", 12, OLDEST, noted(12)), listed(12), 10, OLDEST))
                .isEmpty();
    }

    @Test
    void withoutAStrongTagNothingIsGood() {
        assertThat(Resume.parts(open(null, 100, OLDEST, noted(10)), listed(10), 10, OLDEST))
                .isEmpty();
    }

    @Test
    void anOldUploadIsOfNoUse() {
        assertThat(Resume.parts(open("\"v\"", 100, OLDEST.minusMillis(1), noted(10)), listed(10), 10, OLDEST))
                .isEmpty();
    }

    private static Stream<Integer> good(List<Part> noted, List<UploadedPart> listed) {
        return Resume.parts(open("\"v\"", 100, OLDEST, noted), listed, 10, OLDEST).stream()
                .map(Part::number);
    }

    private static Open open(String etag, long length, Instant begunAt, List<Part> parts) {
        return new Open("u", "k", new Source("h", etag, length, null), begunAt, parts);
    }

    private static List<Part> noted(int... sizes) {
        return listed(sizes).stream()
                .map(p -> new Part(p.number(), p.size(), p.etag(), 0))
                .toList();
    }

    private static List<UploadedPart> listed(int... sizes) {
        return Stream.iterate(1, n -> n <= sizes.length, n -> n + 1)
                .map(n -> new UploadedPart(n, "\"e" + n + "\"", sizes[n - 1]))
                .toList();
    }
}
