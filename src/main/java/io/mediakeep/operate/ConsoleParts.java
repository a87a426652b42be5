package io.mediakeep.operate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The modules and pictures of the console, which are on the class path. Thread-safe. */
public final class ConsoleParts {
    private static final Pattern PATH = Pattern.compile("/console/([a-z]{1,32}\\.(js|css|svg))");
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    /** @param path of the request; a name that leaves the folder is no name of a part */
    public byte[] content(String path) throws ApiException {
        String name = part(path).group(1);
        try (InputStream in = ConsoleParts.class.getResourceAsStream("/io/mediakeep/console/parts/" + name)) {
            if (in == null) {
                throw new ApiException(404, "the console has no such part");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The content type of what stands at this path. */
    public String type(String path) throws ApiException {
        return TYPES.get(part(path).group(2));
    }

    private static Matcher part(String path) throws ApiException {
        Matcher matcher = PATH.matcher(path);
        if (!matcher.matches()) {
            throw new ApiException(404, "the console has no such part");
        }
        return matcher;
    }
}
