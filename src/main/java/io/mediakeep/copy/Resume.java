package io.mediakeep.copy;

import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Part;
import io.mediakeep.storage.UploadedPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much of an upload that an earlier attempt left open can be gone on with. */
final class Resume {
    private Resume() {}

    /**
     * The parts from the first one on that the ledger and the storage agree on. A part that one of them does not know, or knows
     * otherwise, ends them: what comes after it is sent again.
     *
     * @param listed   what the storage has of the upload
     * @param partSize bytes of a part now; parts of another size are of no use, because some storages want all of one size
     * @param oldest   uploads that were begun before are too old
     */
    static List<Part> parts(Open open, List<UploadedPart> listed, int partSize, Instant oldest) {
        if (open.source().etag() == null
                || open.begunAt() == null
                || open.begunAt().isBefore(oldest)) {
            return List.of();
        }
        Map<Integer, UploadedPart> there = new HashMap<>();
        listed.forEach(part -> there.put(part.number(), part));
        List<Part> good = new ArrayList<>();
        long position = 0;
        for (Part part : open.parts()) {
            UploadedPart stored = there.get(part.number());
            boolean last = position + part.size() == open.source().length();
            if (part.number() != good.size() + 1
                    || stored == null
                    || stored.size() != part.size()
                    || !unquoted(stored.etag()).equals(unquoted(part.etag()))
                    || part.size() != partSize && !(last && part.size() < partSize)) {
                break;
            }
            good.add(part);
            position += part.size();
        }
        return good;
    }

    private static String unquoted(String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }
}
