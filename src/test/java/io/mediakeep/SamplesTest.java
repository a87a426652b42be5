package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.mapping.MappingShells;
import io.mediakeep.mapping.Samples;
import io.mediakeep.provider.ApiAnswers;
import io.mediakeep.provider.Authorization;
import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.provider.ShippedFacts;
import io.mediakeep.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every sample through the routes as shipped, without the product. {@code -Dsamples.write=true} writes the events that are
 * missing, to be read before they are kept.
 */
class SamplesTest extends CamelMainTestSupport {
    private static final Path FOLDER = Path.of("src/test/samples");

    private final Samples samples = new Samples(FOLDER);
    private ProviderFacts facts;

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("file:routes/provider.camel.yaml,file:routes/providers/*.camel.yaml");
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        facts = ProviderFacts.install(context, "file:routes/providers/*.camel.yaml");
        Settings settings = new Settings(name -> Optional.ofNullable(facts.getProperty(name)));
        context.getRegistry().bind("mappingShells", new MappingShells());
        context.getRegistry().bind("apiAnswers", new ApiAnswers(settings, Clock.systemUTC()));
        context.getRegistry().bind("authorization", new Authorization(settings, Clock.systemUTC()));
        return context;
    }

    private static List<String> providers() {
        return ShippedFacts.read().keySet().stream()
                .filter(name -> name.endsWith(".enabled"))
                .map(name -> name.split("\\.")[1])
                .toList();
    }

    @Test
    void everyProviderHasSamplesAndNoSamplesAreOfNobody() throws Exception {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(providers());
        }
        for (String provider : providers()) {
            assertThat(samples.of(provider)).as(provider).hasSizeGreaterThan(3);
        }
    }

    @TestFactory
    List<DynamicTest> eachSampleBecomesItsEvent() throws Exception {
        SampleCheck check = new SampleCheck(context(), samples, providers(), facts);
        List<DynamicTest> tests = new ArrayList<>();
        for (String provider : providers()) {
            for (Samples.Sample sample : samples.of(provider)) {
                tests.add(DynamicTest.dynamicTest(provider + " " + sample.name(), () -> {
                    if (sample.event() == null && Boolean.getBoolean("samples.write")) {
                        Files.writeString(
                                samples.event(provider, sample.name()),
                                new JsonMapper()
                                                .writer(SerializationFeature.INDENT_OUTPUT)
                                                .writeValueAsString(
                                                        check.event(sample).toMap())
                                        + "\n");
                    } else {
                        assertThat(check.failure(sample)).isEmpty();
                    }
                }));
            }
        }
        return tests;
    }
}
