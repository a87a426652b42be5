package io.mediakeep.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.ledger.HostLedger;
import io.mediakeep.ledger.MediaId;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.Runs;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.Providers;
import io.mediakeep.storage.StorageBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

class CopiesSuspectTest {
    private final MediaLedger ledger = mock(MediaLedger.class);
    private final Copier copier = mock(Copier.class);
    private final StorageBreaker storage = mock(StorageBreaker.class);
    private final Copies copies = new Copies(
            ledger,
            mock(HostLedger.class),
            mock(Runs.class),
            copier,
            mock(Providers.class),
            new Counters(new SimpleMeterRegistry()),
            storage,
            Clock.systemUTC(),
            8,
            0,
            12);
    private final Claimed innocent = media("innocent", 0);
    private final Claimed other = media("other", 1);
    private final Claimed suspect = media("suspect", 2);

    @BeforeEach
    void isOpen() {
        when(ledger.lanes()).thenReturn(List.of(new Lane("m.example", 1L, null, null, null)));
        when(storage.grant(anyInt())).thenReturn(8);
    }

    @Test
    void thereIsOneSuspectAtATimeAndItHoldsNobodyUp() {
        when(ledger.claim(any(), any(), anyInt(), anyInt())).thenReturn(List.of(innocent), List.of(), List.of(other));
        assertThat(copies.claim()).containsExactly(innocent);
        when(ledger.isSuspectDue()).thenReturn(true);
        when(ledger.claimSuspect()).thenReturn(Optional.of(suspect));

        assertThat(copies.claim()).as("while another is copied").containsExactly(suspect);
        assertThat(copies.claim()).as("beside the suspect").containsExactly(other);
        verify(ledger, times(1)).claimSuspect();
        copies.release(suspect);
        when(ledger.claim(any(), any(), anyInt(), anyInt())).thenReturn(List.of());
        assertThat(copies.claim()).containsExactly(suspect);
    }

    @Test
    void theLedgerKnowsWhenWorkOnASuspectBegins() {
        when(ledger.began(suspect)).thenReturn(true);
        when(copier.open(any()))
                .thenAnswer(call -> Steps.done(call.getArgument(0), new Stored("k", 1, null, "video/mp4", "h")));

        Steps.copy(copies, innocent);
        verify(ledger, never()).began(any());
        Steps.copy(copies, suspect);
        InOrder order = inOrder(ledger, copier);
        order.verify(ledger).began(suspect);
        order.verify(copier).open(suspect);

        when(ledger.began(suspect)).thenReturn(false);
        assertThatThrownBy(() -> Steps.copy(copies, suspect)).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aSuspectThatAnotherNodeTookKeepsNobodyWaiting() {
        when(ledger.isSuspectDue()).thenReturn(true);
        when(ledger.claimSuspect()).thenReturn(Optional.empty());
        when(ledger.claim(any(), any(), anyInt(), anyInt())).thenReturn(List.of(innocent));

        assertThat(copies.claim()).containsExactly(innocent);
    }

    @Test
    void aCopyThatEndsWhileTheLedgerIsAwayIsToldLater() {
        copies.failed(innocent, new LedgerUnavailableException("away", null));
        verify(ledger, never()).retry(any(), any(), anyBoolean(), any(), any());
        when(ledger.retry(any(), any(), anyBoolean(), any(), any()))
                .thenThrow(new LedgerUnavailableException("still away", null))
                .thenReturn(true);
        assertThatThrownBy(copies::keepLeases).isInstanceOf(LedgerUnavailableException.class);

        copies.keepLeases();
        copies.keepLeases();
        verify(ledger, times(2)).retry(eq(innocent), eq(Duration.ZERO), eq(false), eq("ledger"), any());
    }

    private static Claimed media(String task, int crashes) {
        Instant time = Instant.parse("2026-01-02T03:04:05Z");
        return new Claimed(
                new MediaId("p", task, "k"),
                "video",
                "https://m.example/a",
                time,
                1,
                0,
                0,
                0,
                1,
                null,
                null,
                time,
                false,
                crashes,
                null);
    }
}
