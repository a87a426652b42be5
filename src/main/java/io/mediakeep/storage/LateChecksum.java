package io.mediakeep.storage;

import java.util.Locale;

/** Where the checksum of an object goes that was known only after its metadata had to be sent, beside ledger and manifest. */
public enum LateChecksum {
    /** Into a tag where the storage takes tags, else nowhere. */
    AUTO,
    /** The same; that the storage takes none is a warning. */
    TAG,
    /** Into the metadata, by a copy of the object onto itself, which the storage writes a second time. */
    COPY,
    NONE;

    /** @param word a name of one of them in lower case, as in the settings */
    public static LateChecksum of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
