package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.metrics.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the console says of a reason is what docs/operations.md says. */
class ReasonTextsTest {
    private static final Path SHOWN = Path.of("src/main/resources/io/mediakeep/console/parts/reasons.js");
    private static final Path WRITTEN = Path.of("target/reasons.js");

    @Test
    void theConsoleExplainsEveryReasonInTheWordsOfTheManual() throws IOException {
        Map<String, List<String>> ofMedia = table("### Media: the address");
        ofMedia.putAll(table("### Media: the transfer"));
        Map<String, List<String>> ofOthers = table("### Callbacks, items of polls, tasks");
        ofMedia.put("provider_off", ofOthers.get("provider_off"));
        ObjectMapper json = new ObjectMapper();
        String expected =
                "/** What each reason means and what to do, as docs/operations.md has it; ReasonTextsTest writes it. */\n\n"
                        + "export const OF_MEDIA = {\n" + lines(json, ofMedia) + "};\n\n"
                        + "export const OF_OTHERS = {\n" + lines(json, ofOthers) + "};\n";
        Files.writeString(WRITTEN, expected);

        assertThat(ofMedia.keySet())
                .containsAll(Reasons.ofCopies().stream()
                        .filter(reason -> !reason.equals(Reasons.STORAGE))
                        .toList());
        assertThat(ofOthers.keySet()).containsAll(Reasons.PAYLOAD);
        assertThat(Files.exists(SHOWN) ? Files.readString(SHOWN) : "")
                .as("copy %s to %s", WRITTEN, SHOWN)
                .isEqualTo(expected);
    }

    private static String lines(ObjectMapper json, Map<String, List<String>> texts) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, List<String>> text : texts.entrySet()) {
            lines.append("  ")
                    .append(text.getKey())
                    .append(": ")
                    .append(json.writeValueAsString(text.getValue()))
                    .append(",\n");
        }
        return lines.toString();
    }

    private static Map<String, List<String>> table(String heading) throws IOException {
        String manual = Files.readString(Path.of("docs/operations.md"));
        String section = manual.substring(manual.indexOf(heading) + heading.length());
        section = section.substring(0, section.indexOf("\n#"));
        Map<String, List<String>> texts = new TreeMap<>();
        for (String line : section.lines().filter(row -> row.startsWith("| `")).toList()) {
            List<String> cells = new ArrayList<>();
            for (String cell : line.split("(?<!\\\\)\\|")) {
                cells.add(plain(cell.strip()));
            }
            texts.put(cells.get(1).replace("`", ""), List.of(cells.get(3), cells.get(4)));
        }
        return texts;
    }

    /** Without links; code keeps its marks. */
    private static String plain(String cell) {
        return cell.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1").replace("\\|", "|");
    }
}
