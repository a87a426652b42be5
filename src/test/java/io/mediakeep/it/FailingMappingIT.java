package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples for mappings that do not compile, or throw. */
class FailingMappingIT {
    @TempDir
    Path directory;

    @Test
    void theAnswerNamesTheLineAndTheCause() throws IOException {
        write("broken", "[ taskId: body.id,\n                    status: ??? ]");
        write("throwing", "[ taskId: body.id,\n                    status: body.state.nonsense() ]");
        try (RunningMediakeep app = new RunningMediakeep(new OffsetClock())) {
            for (String name : new String[] {"broken", "throwing"}) {
                app.set("mediakeep." + name + ".enabled", "true")
                        .set("mediakeep." + name + ".confirm", "never")
                        .set("mediakeep." + name + ".api-url", "http://127.0.0.1:1")
                        .set("mediakeep." + name + ".retention", "24h")
                        .set("mediakeep." + name + ".media-hosts", "*");
            }
            app.set(
                            "camel.main.routesIncludePattern",
                            "file:routes/*.camel.yaml,file:routes/providers/*.camel.yaml,file:" + directory
                                    + "/*.camel.yaml")
                    .start();
            String sample = "{\"id\":\"1\",\"state\":\"a secret of the payload\"}";

            HttpResponse<String> broken = app.api("POST", "/api/normalize/broken", sample);
            assertThat(broken.statusCode()).isEqualTo(422);
            assertThat(broken.body()).contains("mapping: line 2, column ");

            HttpResponse<String> throwing = app.api("POST", "/api/normalize/throwing", sample);
            assertThat(throwing.statusCode()).isEqualTo(422);
            assertThat(throwing.body())
                    .contains("mapping: line 2: there is no method nonsense of String")
                    .doesNotContain("secret");
        }
    }

    private void write(String name, String mapping) throws IOException {
        Files.writeString(directory.resolve(name + ".camel.yaml"), """
                - route:
                    id: %1$s-normalize
                    description: A mapping of somebody
                    errorHandler:
                      noErrorHandler: {}
                    from:
                      uri: direct
                      parameters:
                        name: %1$s-normalize
                      steps:
                        - setBody:
                            id: map-%1$s
                            expression:
                              groovy:
                                expression: |
                                  %2$s
                """.formatted(
                        name, mapping.replaceAll("\n *", "\n                  ")));
    }
}
