package io.mediakeep.media;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Text has no magic number: what else comes as text, such as a page or the word of a proxy, is told from it here. UTF-8 only,
 * because bytes that are none are of no text for sure.
 */
final class PlainText extends Container {
    private static final Pattern SUBRIP =
            Pattern.compile("\\s*[0-9]+[ \\t]*\\r?\\n[0-9]{1,3}:[0-9]{2}:[0-9]{2}[,.][0-9]{1,3}[ \\t]*-->(?s:.*)");
    private static final Pattern WEBVTT = Pattern.compile("WEBVTT(?:[ \\t\\r\\n](?s:.*))?");
    private static final Pattern LYRICS = Pattern.compile("\\s*\\[(?:[0-9]{1,3}:[0-9]{2}|[a-z#]{2,8}:)(?s:.*)");
    /** Texts of proxies and storages; longer ones are not theirs. */
    private static final Pattern MESSAGE = Pattern.compile(
            "(?i).{0,40}\\b(?:error|denied|forbidden|unauthorized|not found|bad (?:gateway|request)|unavailable|time-?d? ?out"
                    + "|too many requests|expired|invalid|rate limit|upstream|no healthy|blocked|exception|failed|failure"
                    + "|moved|redirect|no such|does not exist)\\b(?s:.*)");

    private static final int LONGEST_MESSAGE = 512;

    private int follow;

    /** @param n all bytes there are, or those that {@link MediaType#HEAD} says; null if this is no text to be kept */
    static MediaType sniff(byte[] head, int n) {
        PlainText look = new PlainText();
        for (int i = 0; i < n && look.broken == null; i++) {
            look.accept(head[i] & 0xff);
        }
        String text = new String(head, 0, n, StandardCharsets.UTF_8);
        if (look.broken != null || n == 0) {
            return null;
        }
        String bare = text.startsWith("\ufeff") ? text.substring(1) : text;
        if (WEBVTT.matcher(bare).matches()) {
            return new MediaType("text", "text/vtt", "vtt");
        }
        if (SUBRIP.matcher(bare).matches()) {
            return new MediaType("text", "application/x-subrip", "srt");
        }
        if (LYRICS.matcher(bare).matches()) {
            return new MediaType("text", "text/plain", "lrc");
        }
        return isMessage(bare.strip()) ? null : new MediaType("text", "text/plain", "txt");
    }

    private static boolean isMessage(String text) {
        if (text.isEmpty() || "<{[\"".indexOf(text.charAt(0)) >= 0 || text.matches("null|true|false|-?[0-9.eE+-]+")) {
            return true;
        }
        String lower = text.substring(0, Math.min(text.length(), 4_096)).toLowerCase(Locale.ROOT);
        return lower.contains("<html")
                || lower.contains("<!doctype")
                || lower.contains("<?xml")
                || text.length() <= LONGEST_MESSAGE && MESSAGE.matcher(text).matches();
    }

    @Override
    void accept(int b) {
        if (follow > 0) {
            follow = (b & 0xc0) == 0x80 ? follow - 1 : -1;
        } else if (b >= 0xc2 && b <= 0xf4) {
            follow = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
        } else if (b >= 0x7f || b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
            follow = -1;
        }
        if (follow < 0) {
            breaks("bytes that are no text");
        }
    }

    @Override
    String missing() {
        return follow > 0 ? "the last character is not complete" : null;
    }
}
