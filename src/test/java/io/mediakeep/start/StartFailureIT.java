package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps Mediakeep from starting is one line that names it, and exit code 2. */
class StartFailureIT {
    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    MEDIAKEEP_COPY_CONCURRENCY     | abc                       | mediakeep.copy.concurrency must be a whole number from 1 to 256, but is 'abc'
                    MEDIAKEEP_COPY_CHECKSUM        | md5                       | mediakeep.copy.checksum must be one of sha256, crc32c, but is 'md5'
                    MEDIAKEEP_KLING_CONFIRM        | perhaps                   | mediakeep.kling.confirm must be one of unsigned, always, never, but is 'perhaps'
                    MEDIAKEEP_KLING_SIGNATURE      | hmca                      | mediakeep.kling.signature must be one of hmac, ed25519, jwt, static, none, fal, gemini, kie, leonardo, openrouter, piapi, standard-webhooks, vidu, but is 'hmca'
                    MEDIAKEEP_KLING_SIGNATURE_CONTENT | {bdy}                  | mediakeep.kling.signature-content must be a template such as {id}.{timestamp}.{body}, but is not: it knows no word {bdy}
                    MEDIAKEEP_KLING_CALLBACK_SECRET | whsec_s3cret-token       | mediakeep.kling.callback-secret must be what its signature needs, but is not: a signing secret must be whsec_ and base64
                    MEDIAKEEP_KLING_CALLBACK_TOKEN | s3cret-token              | mediakeep.kling.callback-token must be at least 16 characters
                    MEDIAKEEP_KLING_API_KEY        | ''                        | mediakeep.kling.api-key must be set while mediakeep.kling.confirm is unsigned
                    MEDIAKEEP_LEDGER_URL           | jdbc:sqlite:no/such/dir/l.db | mediakeep.ledger.url must be a file in a directory that exists
                    MEDIAKEEP_STORAGE_KEY          | ${provider}/${taskId}     | mediakeep.storage.key must be a template that names each object once
                    MEDIAKEEP_ANNOUNCE_TO          | nosuch:topic              | mediakeep.announce.to must be an endpoint of a Camel component
                    MEDIAKEEP_SUNO_CALLS           | abc                       | mediakeep.suno.calls must be a whole number from 1 to 100000, but is 'abc'
                    MEDIAKEEP_VIDU_POLL_PAGE_SIZE  | abc                       | mediakeep.vidu.poll-page-size must be a whole number from 1 to 500, but is 'abc'
                    MEDIAKEEP_KLING_POLL_MAX_PAGES | many                      | mediakeep.kling.poll-max-pages must be a whole number from 1 to 100000, but is 'many'
                    MEDIAKEEP_DEAD_LETTER_TO       | log:x?levl=s3cret-token   | mediakeep.dead-letter.to must be an endpoint that its component takes
                    """)
    void namesAWrongSetting(String variable, String value, String line) throws Exception {
        Map<String, String> environment = new java.util.HashMap<>(Map.of(
                "MEDIAKEEP_KLING_ENABLED", "true",
                "MEDIAKEEP_KLING_API_KEY", "an-api-key"));
        environment.put(variable, value);

        assertThat(failure(Child.prepare(temp), environment))
                .startsWith("mediakeep: " + line)
                .doesNotContain("s3cret-token");
    }

    @Test
    void namesAPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            assertThat(failure(Child.prepare(temp), Map.of("MEDIAKEEP_HTTP_PORT", port)))
                    .startsWith(
                            "mediakeep: mediakeep.http.port must be a port that can be listened on at 127.0.0.1, but "
                                    + port + " is not");
        }
    }

    @Test
    void saysThatTheRoutesAreMissing() throws Exception {
        Path folder = Child.prepare(temp.resolve("folder"));
        Path elsewhere = temp.resolve("elsewhere");
        Files.move(folder.resolve("routes"), elsewhere);
        assertThat(failure(folder, Map.of()))
                .startsWith("mediakeep: camel.main.routesIncludePattern must be a pattern of files in directories");

        Files.createSymbolicLink(folder.resolve("routes"), elsewhere);
        assertThat(failure(folder, Map.of()))
                .startsWith("mediakeep: camel.main.routesIncludePattern must be a pattern that finds the route files");
    }

    @Test
    void saysWhichLineOfARouteFileIsWrong() throws Exception {
        Path folder = Child.prepare(temp);
        Path kling = folder.resolve("routes/providers/kling.camel.yaml");
        Files.writeString(kling, Files.readString(kling).replaceFirst("groovy:", "grovy:"));

        assertThat(failure(folder, Map.of()))
                .startsWith("mediakeep: the start failed: ")
                .contains("grovy in file:routes/providers/kling.camel.yaml, line ");
    }

    @Test
    void saysThatAnEnabledProviderHasNoRoutes() throws Exception {
        Path folder = Child.prepare(temp);
        Files.delete(folder.resolve("routes/providers/vidu.camel.yaml"));

        assertThat(failure(folder, Map.of("MEDIAKEEP_VIDU_ENABLED", "true", "MEDIAKEEP_VIDU_API_KEY", "an-api-key")))
                .startsWith("mediakeep: mediakeep.vidu.enabled must be true only for a provider that has a route"
                        + " vidu-normalize");
    }

    /** The only line on standard error. */
    private static String failure(Path folder, Map<String, String> environment) throws Exception {
        try (Child child = new Child(folder, Child.jar(), environment)) {
            assertThat(child.end(Child.PATIENCE)).isEqualTo(2);
            assertThat(child.errors().lines()).hasSize(1);
            assertThat(child.said()).doesNotContain("s3cret-token").doesNotContain("\tat ");
            return child.errors();
        }
    }
}
