package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line says and ends with, in the folder of the project. */
class CommandsTest {
    private static final String SUCCEEDED = "{\"id\":\"t\",\"state\":\"success\",\"creations\":"
            + "[{\"id\":\"c\",\"url\":\"https://media.example.test/v.mp4\"}]}";

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --help                | Exit codes: 0 done, 1 found something, 2 could not.   | 0
            --version             | Java                                                  | 0
            help audit            | --since=DURATION                                      | 0
            audit --help          | --deep                                                | 0
            rebuidl               | Did you mean: mediakeep rebuild                       | 2
            backup                | Missing required parameter: 'FILE'                    | 2
            normalize vidu        | Missing required parameter: 'FILE'                    | 2
            check --jsn           | --json                                                | 2
            --profile=none check  | a file application-none.properties                    | 2
            normalize vidu no.txt | mediakeep: the payload must be a file, but no.txt is none | 2
            replay                | Missing required argument                             | 2
            replay --all 7        | Unmatched argument at index 2: '7'                    | 2
            audit --since=30      | mediakeep: --since must be a duration such as         | 2
            """)
    void saysWhatItCanDo(String words, String said, int code) {
        assertThat(run(words.split(" "))).isEqualTo(code);
        assertThat(out + "" + err).contains(said);
        assertThat(code == 2 ? out : err).hasToString("");
    }

    @Test
    void normalizesAPayload() throws Exception {
        assertThat(run("normalize", "vidu", file(SUCCEEDED), "--json")).isZero();
        assertThat(out.toString())
                .contains("\"key\":\"video-c\",\"kind\":\"video\",\"url\":\"https://media.example.test/v.mp4\"")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"state":"success"} | mediakeep: id_invalid: a task id must be
            {"state":           | mediakeep: payload_syntax:
            []                  | mediakeep: payload_shape:
            """)
    void saysWhyAPayloadCannotBeRead(String payload, String said) throws Exception {
        assertThat(run("normalize", "vidu", file(payload))).isEqualTo(1);
        assertThat(err.toString()).startsWith(said).hasLineCount(1);
    }

    @Test
    void namesTheProvidersThereAre() throws Exception {
        assertThat(run("normalize", "vidoo", file(SUCCEEDED))).isEqualTo(2);
        assertThat(err.toString()).startsWith("mediakeep: the provider must be one of ark, bfl, ");
    }

    @Test
    void listsTheProviders() throws Exception {
        assertThat(run("providers")).isZero();
        assertThat(out.toString()).containsPattern("(?m)^vidu +off +Vidu +vidu +1 +24h");

        out.getBuffer().setLength(0);
        assertThat(run("providers", "--json")).isZero();
        JsonNode list = new ObjectMapper().readTree(out.toString());
        assertThat(list.size()).isGreaterThan(15);
        assertThat(list.get(0).path("account").asText()).isEqualTo("ark");
    }

    private int run(String... words) {
        return Commands.line(new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(words);
    }

    private String file(String content) throws Exception {
        return Files.writeString(directory.resolve("payload.json"), content).toString();
    }
}
