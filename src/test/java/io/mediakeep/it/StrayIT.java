package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A route of a user whose failures come to the Dead Letter Channel, which does not know whose work it is. */
class StrayIT {
    private final RunningMediakeep app = new RunningMediakeep(new OffsetClock());

    @AfterEach
    void stop() {
        app.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nothing | its stage is not named
                    stage   | its stage is 'sorting', which is unknown
                    """)
    void aFailureThatNobodyDecidesAboutIsAnErrorInTheLogAndACount(String variable, String told) throws Exception {
        Path routes = Files.createDirectory(app.directory().resolve("routes"));
        Files.writeString(routes.resolve("own.camel.yaml"), """
                - route:
                    id: own-sort
                    routeConfigurationId: work-errors
                    from:
                      uri: direct:own-sort
                      steps:
                        - setVariable:
                            name: %s
                            expression:
                              constant:
                                expression: sorting
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: cannot sort
                """.formatted(variable));
        app.set(
                        "camel.main.routesIncludePattern",
                        "file:routes/*.camel.yaml,file:routes/providers/*.camel.yaml,file:" + routes + "/*.camel.yaml")
                .start();
        assertThat(app.metric("mediakeep_failures_stray_total", "route=\"own-sort\""))
                .isZero();

        app.main().getCamelTemplate().sendBody("direct:own-sort", "x");

        assertThat(app.log.lines())
                .anyMatch(line -> line.startsWith("ERROR")
                        && line.contains("Route own-sort")
                        && line.contains(told)
                        && line.contains("cannot sort"));
        assertThat(app.metric("mediakeep_failures_stray_total", "route=\"own-sort\""))
                .isEqualTo(1);
    }
}
