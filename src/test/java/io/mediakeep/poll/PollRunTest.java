package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.ledger.PollLedger;
import io.mediakeep.provider.ProviderException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PollRunTest {
    private final PollRun run = new PollRun(
            "p",
            "tasks",
            new PollLedger.Cursor(null, 0, 1, null, null),
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(1),
            100,
            null,
            URI.create("https://api.example/base/"),
            names -> names);

    private void page(String... items) {
        List.of(items).forEach(run::shows);
    }

    @Test
    void knowsAPageThatShowsTheItemsOfTheOneBefore() {
        page("a", "b");
        assertThat(run.isRepeated()).isFalse();
        run.next("");
        page("a", "b");
        assertThat(run.isRepeated()).isTrue();
    }

    @Test
    void doesNotTakeTwoEmptyPagesForOne() {
        run.next("");
        assertThat(run.isRepeated()).isFalse();
    }

    @Test
    void knowsATokenThatWasThereBefore() {
        run.next("t1");
        run.next("t2");
        assertThat(run.isUsed("t1")).isTrue();
        assertThat(run.isUsed("t3")).isFalse();
    }

    @Test
    void asksAgainThenByNumberThenInSmallerPagesThenStops() {
        run.next("t1");
        run.tryAgain("why");
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("t1", 1, 100));
        run.tryAgain("why");
        assertThat(run.isByNumber()).isTrue();
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("", 1, 100));
        run.tryAgain("why");
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("", 0, 50));
        assertThat(run.isMore()).isTrue();
        run.tryAgain("why");
        assertThat(run.isMore()).isFalse();
        assertThat(run.problem()).isEqualTo("why");
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example/base/v1/tasks?cursor=a%2Fb, /v1/tasks, cursor=a%2Fb",
        "HTTPS://API.example:443/base/v1/tasks, /v1/tasks,",
        "/base/v1/tasks?page=2, /v1/tasks, page=2",
        "v1/tasks?page=2, /v1/tasks, page=2",
        "//api.example/base/x, /x,"
    })
    void goesToTheUrlOfTheNextPage(String url, String path, String query) {
        String token = run.url(url);
        run.next(token);

        assertThat(run.getNextPath()).isEqualTo(path);
        assertThat(run.getNextQuery()).isEqualTo(query);
        assertThat(run.isUsed(token)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://elsewhere.example/base/v1/tasks",
                "https://api.example.elsewhere.example/base/v1/tasks",
                "https://api.example@elsewhere.example/base/v1/tasks",
                "https://user@api.example/base/v1/tasks",
                "http://api.example/base/v1/tasks",
                "https://api.example:8443/base/v1/tasks",
                "https://api.example/v1/tasks",
                "https://api.example/base/../v1/tasks",
                "https://api.example/base",
                "/v1/tasks",
                "//elsewhere.example/base/v1/tasks",
                "../v1/tasks",
                "file:///base/v1/tasks",
                "https://api.example/base/ x"
            })
    void goesToNoUrlElsewhere(String url) {
        assertThatThrownBy(() -> run.url(url))
                .isInstanceOf(ProviderException.class)
                .hasMessage("the URL of the next page is not one of the API at its origin");
        run.next("");
        assertThat(run.getNextPath()).isNull();
    }

    @Test
    void hasNoNextPageWithoutAUrl() {
        assertThat(run.url(null)).isNull();
        assertThat(run.url("")).isNull();
    }

    @Test
    void beginsAnewWithTheFirstPage() {
        run.next(run.url("/base/v1/tasks?page=2"));
        run.received(100);
        run.tryAgain("why");
        assertThat(run.getNextPath()).isEqualTo("/v1/tasks");
        run.tryAgain("why");
        run.tryAgain("why");
        assertThat(run.getNextPath()).isNull();
        assertThat(run.getOffset()).isZero();
    }
}
