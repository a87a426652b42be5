package io.mediakeep.mapping;

import groovy.lang.Script;
import io.mediakeep.event.StrictJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What every Groovy text of a route may call beside Groovy itself; see docs/providers.md. One instance for each evaluation. */
public abstract class MappingScript extends Script {
    private static final StrictJson JSON = new StrictJson();

    /**
     * The value of JSON that stands in a text.
     *
     * @param value a map or list is it already; null and blank text give null
     * @throws io.mediakeep.failure.FinalFailure if the text is no JSON
     */
    public Object json(Object value) {
        if (!(value instanceof CharSequence text)) {
            return value;
        }
        return text.toString().isBlank() ? null : JSON.read(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Every file that a value names, wherever it stands in it: texts that are a URL, and maps with a {@code url}.
     *
     * @param value   the part of a payload that holds outputs
     * @param name    begin of the keys of what is found, such as {@code output}
     * @param without names of members that are skipped with all below them: inputs, previews
     * @return maps as a mapping has them under {@code media}, in the order of the payload
     */
    public List<Map<String, Object>> files(Object value, String name, String... without) {
        return MediaFiles.in(value, name, List.of(without));
    }

    /**
     * Whether a value is the answer of a model of texts: it has words, and no place where a file should be but is not.
     *
     * @param without names of members that are skipped with all below them, such as a prompt that is repeated
     */
    public boolean words(Object value, String... without) {
        return MediaWords.in(value, List.of(without));
    }

    /** Text as it may stand in a path or a query. */
    public String encoded(Object text) {
        return text == null
                ? ""
                : URLEncoder.encode(text.toString(), StandardCharsets.UTF_8).replace("+", "%20");
    }
}
