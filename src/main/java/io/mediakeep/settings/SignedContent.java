package io.mediakeep.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a signature is made over, as a template such as {@code {id}.{timestamp}.{body}}. Immutable, thread-safe. */
public record SignedContent(List<Part> parts) {
    /** The values of a request that a template may have; {@link #HEADER} is there once for each header. */
    public enum Word {
        ID("id"),
        TIMESTAMP("timestamp"),
        BODY("body"),
        BODY_SHA256("body.sha256"),
        BODY_SHA256_BASE64("body.sha256.base64"),
        METHOD("method"),
        PATH("path"),
        QUERY("query"),
        /** Of {@code data.task_id} and {@code data.taskId} the one that the body has. */
        TASK_ID("taskId"),
        HEADER("header.<name>");

        private final String text;

        Word(String text) {
            this.text = text;
        }
    }

    /**
     * A word, or the text between two.
     *
     * @param word null for a text
     * @param text the text, or the name of the header
     */
    public record Part(Word word, String text) {}

    private static final Pattern PART = Pattern.compile("\\{([^{}]*)}|[^{}]+");
    private static final Pattern HEADER_NAME = Pattern.compile("header\\.([A-Za-z0-9_-]{1,64})");

    public SignedContent {
        parts = List.copyOf(parts);
    }

    /**
     * @param template may have {@code \n} for a line break
     * @throws IllegalArgumentException if it is none, or if two requests could give the same content
     */
    public static SignedContent parse(String template) {
        String text = template.replace("\\n", "\n");
        List<Part> parts = new ArrayList<>();
        Set<Part> words = new HashSet<>();
        Matcher matcher = PART.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            end = matcher.end();
            Part part = matcher.group(1) == null ? new Part(null, matcher.group()) : word(matcher.group(1));
            Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
            if (part.word() != null && (last != null && last.word() != null || !words.add(part))) {
                throw new IllegalArgumentException(
                        "a word stands there twice, or beside another without a text between");
            }
            if (part.word() == null && last != null && part.text().matches("(?s)[A-Za-z0-9].*")) {
                throw new IllegalArgumentException("the text after a word begins with a letter or digit");
            }
            parts.add(part);
        }
        if (end < text.length()) {
            throw new IllegalArgumentException("a brace is alone");
        }
        if (words.isEmpty()) {
            throw new IllegalArgumentException("it has no word");
        }
        return new SignedContent(parts);
    }

    private static Part word(String name) {
        Matcher header = HEADER_NAME.matcher(name);
        if (header.matches()) {
            return new Part(Word.HEADER, header.group(1));
        }
        for (Word word : Word.values()) {
            if (word != Word.HEADER && word.text.equals(name)) {
                return new Part(word, null);
            }
        }
        throw new IllegalArgumentException("it knows no word {" + name + "}");
    }

    public boolean has(Word word) {
        return parts.stream().anyMatch(part -> part.word() == word);
    }

    /** Whether the body, or its hash, is in it. */
    public boolean coversBody() {
        return has(Word.BODY) || has(Word.BODY_SHA256) || has(Word.BODY_SHA256_BASE64);
    }
}
