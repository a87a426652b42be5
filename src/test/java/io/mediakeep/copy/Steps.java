package io.mediakeep.copy;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;

/** The steps of a copy, as the route takes them. */
final class Steps {
    private Steps() {}

    static Stored copy(Copies copies, Claimed media) {
        Copy copy = copies.open(media);
        copies.store(copy);
        copies.vouch(copy);
        return copies.record(copy);
    }

    static Stored copy(Copier copier, Claimed media) {
        try (Copy copy = copier.open(media)) {
            try {
                copy.store();
                copy.vouch();
                return copy.record();
            } catch (RuntimeException e) {
                copy.fail(e);
                throw e;
            }
        }
    }

    /** A copy that has nothing to do. */
    static Copy done(Claimed media, Stored stored) {
        Copy copy = mock(Copy.class);
        when(copy.media()).thenReturn(media);
        when(copy.record()).thenReturn(stored);
        return copy;
    }
}
