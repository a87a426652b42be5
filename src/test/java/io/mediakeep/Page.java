package io.mediakeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A document whose examples a test follows to the letter. */
public record Page(String text) {
    public static Page read(String file) throws IOException {
        return new Page(Files.readString(Path.of(file)));
    }

    /** The first block of code in this language behind the heading. */
    public String block(String heading, String language) {
        Matcher matcher =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(text);
        int from = text.indexOf("\n" + heading + "\n");
        if (from < 0 || !matcher.find(from)) {
            throw new AssertionError("no " + language + " behind " + heading);
        }
        return matcher.group(1);
    }
}
