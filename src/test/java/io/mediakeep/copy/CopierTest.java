package io.mediakeep.copy;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.ledger.MediaId;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Source;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CopierTest {
    private final Fetcher fetcher = mock(Fetcher.class);
    private final Storage storage = mock(Storage.class);
    private final UploadLedger uploads = mock(UploadLedger.class);
    private final Copier copier = new Copier(
            fetcher,
            storage,
            new ObjectKeys("${provider}/${taskId}/${mediaKey}.${extension}"),
            mock(MediaLedger.class),
            uploads,
            Clock.systemUTC(),
            new MediaHosts(Map.of("p", HostPatterns.parse("*")), provider -> List.of(), (provider, url) -> Map.of()),
            Map.of(),
            Map.of(),
            new CopySettings(1, 5 << 20, Duration.ofHours(24), SHA256));

    @Test
    void asksTheSourceAlsoWhereAnEarlierUploadCannotBeAborted() {
        Open open = new Open("upload", "key", new Source("m.example", null, -1, null), Instant.EPOCH, List.of());
        when(uploads.find(any())).thenReturn(Optional.of(open));
        when(uploads.discard(any())).thenReturn(true);
        when(storage.head("key")).thenReturn(Optional.empty());
        when(storage.listParts("key", "upload")).thenReturn(List.of());
        doThrow(new RetryableFailure("storage", "405")).when(storage).abort("key", "upload");
        when(fetcher.open(any(), any(), anyHeaders(), anyLong(), any()))
                .thenThrow(new FinalFailure("resp_too_large", "asked"));

        assertThatThrownBy(() -> Steps.copy(copier, media("p"))).hasMessage("asked");
    }

    @Test
    void givesAMediaUpWhoseProviderIsOff() {
        assertThatThrownBy(() -> Steps.copy(copier, media("off")))
                .isInstanceOfSatisfying(
                        FinalFailure.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.reason())
                                .isEqualTo("provider_off"));
    }

    private static Function<URI, Map<String, String>> anyHeaders() {
        return any();
    }

    private static Claimed media(String provider) {
        Instant time = Instant.parse("2026-01-02T03:04:05Z");
        return new Claimed(
                new MediaId(provider, "t", "k"),
                "video",
                "https://m.example/a",
                time,
                1,
                0,
                0,
                0,
                1,
                "upload",
                "key",
                time,
                false,
                0,
                null);
    }
}
