package io.mediakeep;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.mapping.MappingFailures;
import io.mediakeep.mapping.MappingShells;
import io.mediakeep.provider.ApiAnswers;
import io.mediakeep.provider.Authorization;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.support.PluginHelper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows what a mapping makes of a payload, as {@code POST /api/normalize} does, with the route files alone. */
@Command(
        name = "normalize",
        description = "Prints the canonical event of a payload. Opens neither ledger nor storage, and calls nobody.",
        mixinStandardHelpOptions = true)
final class NormalizeCommand implements Callable<Integer> {
    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PROVIDER", description = "Name of the provider or account, on or off.")
    private String provider;

    @Parameters(index = "1", paramLabel = "FILE", description = "The payload, one JSON object; - for standard input.")
    private String file;

    @Option(names = "--json", description = "Prints one line.")
    private boolean line;

    @Override
    public Integer call() throws Exception {
        byte[] payload = read();
        try (SettingsOnly product = new SettingsOnly(commands.locations())) {
            String mapping = product.facts().accounts().get(provider);
            if (mapping == null) {
                throw new SettingException(
                        "the provider",
                        "one of "
                                + String.join(
                                        ", ",
                                        product.facts().accounts().keySet().stream()
                                                .sorted()
                                                .toList()),
                        "is '" + provider + "'");
            }
            load(product.context(), product.settings());
            TaskEvent event = events(product.settings())
                    .read(
                            provider,
                            product.context()
                                    .createFluentProducerTemplate()
                                    .to("direct:" + mapping + "-normalize")
                                    .withBody(new StrictJson().readObject(payload))
                                    .request(Object.class));
            JsonMapper.Builder mapper = JsonMapper.builder();
            spec.commandLine()
                    .getOut()
                    .println((line ? mapper : mapper.enable(SerializationFeature.INDENT_OUTPUT))
                            .build()
                            .writeValueAsString(event.toMap()));
            return Commands.DONE;
        } catch (FinalFailure e) {
            return found(e.reason() + ": " + e.getMessage());
        } catch (CamelExecutionException e) {
            return found(new MappingFailures().text(e));
        }
    }

    private int found(String what) {
        spec.commandLine().getErr().println("mediakeep: " + what);
        return Commands.FOUND;
    }

    private byte[] read() throws IOException {
        if (file.equals("-")) {
            return System.in.readAllBytes();
        }
        if (!Files.isRegularFile(Path.of(file))) {
            throw new SettingException("the payload", "a file", file + " is none");
        }
        return Files.readAllBytes(Path.of(file));
    }

    /** The mappings of all providers, without the flow around them. */
    private static void load(CamelContext context, Settings settings) throws Exception {
        context.getRegistry().bind("mappingShells", new MappingShells());
        context.getRegistry().bind("apiAnswers", new ApiAnswers(settings, Clock.systemUTC()));
        context.getRegistry().bind("authorization", new Authorization(settings, Clock.systemUTC()));
        PluginHelper.getRoutesLoader(context).loadRoutes(RouteParts.without(context, settings, RouteParts.FLOW));
    }

    /** As for an account that is on and may read. */
    private TaskEventReader events(Settings settings) {
        Map<String, String> own = Map.of(
                "mediakeep." + provider + ".enabled", "true",
                "mediakeep." + provider + ".api-key", "none",
                "mediakeep." + provider + ".api-url", "https://nobody-is-called.invalid");
        return new TaskEventReader(
                Providers.read(
                        new Settings(name -> Optional.ofNullable(own.get(name)).or(() -> settings.find(name))),
                        List.of(provider)),
                new TaskEventSchema(),
                Clock.systemUTC());
    }
}
