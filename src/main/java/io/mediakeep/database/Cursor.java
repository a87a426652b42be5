package io.mediakeep.database;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where a page ended, as opaque text. Immutable. */
public final class Cursor {
    private final String[] parts;

    private Cursor(String[] parts) {
        this.parts = parts;
    }

    public static String write(Object... parts) {
        String[] texts = new String[parts.length];
        for (int i = 0; i < parts.length; i++) {
            texts[i] = String.valueOf(parts[i]);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(String.join("\n", texts).getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IllegalArgumentException if the text is no cursor of so many parts, of which the first is a number */
    public static Cursor read(String text, int parts) {
        if (text == null) {
            return null;
        }
        String[] found = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split("\n", -1);
        if (found.length != parts) {
            throw new IllegalArgumentException("not a cursor of this list");
        }
        for (String part : found) {
            if (!part.equals(Row.storable(part))) {
                throw new IllegalArgumentException("not a cursor of this list");
            }
        }
        Long.parseLong(found[0]);
        return new Cursor(found);
    }

    String part(int index) {
        return parts[index];
    }

    public long number(int index) {
        return Long.parseLong(parts[index]);
    }
}
