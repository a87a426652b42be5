package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings and route files together: what a route uses must be there, and what nobody reads is named. */
class SettingsIT {
    private static final String UNREAD = "nobody reads a setting of this name";

    private final FakeVidu vidu = new FakeVidu("vidu-key");
    private final RunningMediakeep app = new RunningMediakeep(new OffsetClock());

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
    }

    @Test
    void somebodyReadsEverySettingAsShipped() throws IOException {
        Properties demo = new Properties();
        try (Reader content = Files.newBufferedReader(Path.of("application-demo.properties"))) {
            demo.load(content);
        }
        demo.stringPropertyNames().stream()
                .filter(name -> app.setting(name) == null)
                .forEach(name -> app.set(name, demo.getProperty(name)));

        app.set("mediakeep.demo.tasks", "1").start();

        assertThat(warnings()).isEmpty();
    }

    @Test
    void aSlipOfThePenIsOneWarningWithoutTheValue() {
        app.set("mediakeep.vidu.api-ky", "s3cret").start();

        assertThat(warnings())
                .containsExactly("WARN mediakeep mediakeep.vidu.api-ky is set, but " + UNREAD
                        + ": is mediakeep.vidu.api-key meant?");
        assertThat(app.log.lines()).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void aSettingThatAFileOfTheUserNamesIsKnown() throws IOException {
        Path routes = Files.createDirectory(app.directory().resolve("routes"));
        String ark = Files.readString(Path.of("routes/providers/ark.camel.yaml"));
        Files.writeString(
                routes.resolve("mine.camel.yaml"),
                ark.replaceAll("\\bark\\b", "mine")
                        .replace("page_num=", "filter={{mediakeep.mine.my-filter}}&page_num="));
        app.set(
                        "camel.main.routesIncludePattern",
                        "file:routes/*.camel.yaml,file:routes/providers/*.camel.yaml,file:" + routes + "/*.camel.yaml")
                .set("mediakeep.mine.my-fliter", "x");

        assertThatThrownBy(app::start)
                .hasStackTraceContaining("mediakeep.mine.my-filter must be set, because ")
                .hasStackTraceContaining("mine.camel.yaml uses it, but is missing");

        app.stop();
        app.set("mediakeep.mine.my-filter", "x").start();
        assertThat(warnings()).singleElement().asString().contains("mediakeep.mine.my-fliter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mediakeep.announce.to    | log:x?levl=s3cret   | mediakeep.announce.to must be an endpoint that its component takes, but is not: it knows no parameter levl
                    mediakeep.dead-letter.to | seda:x?size=s3cret  | mediakeep.dead-letter.to must be an endpoint that its component takes, but is not: a parameter is of another type
                    mediakeep.watch.from     | nosuch:queue        | mediakeep.watch.from must be an endpoint of a Camel component
                    mediakeep.vidu.keep      | vidoe,cover         | mediakeep.vidu.keep must be a list of roles that the mapping in
                    mediakeep.suno.calls     | abc                 | mediakeep.suno.calls must be a whole number from 1 to 100000, but is 'abc'
                    """)
    void whatARouteCannotUseStopsTheStart(String name, String value, String line) {
        app.provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .set(name, value);

        assertThatThrownBy(app::start)
                .hasStackTraceContaining(line)
                .satisfies(e -> assertThat(io.mediakeep.StartFailureLine.of(e))
                        .startsWith(line)
                        .doesNotContain("s3cret"));
    }

    private List<String> warnings() {
        return app.log.lines().stream().filter(line -> line.contains(UNREAD)).toList();
    }
}
