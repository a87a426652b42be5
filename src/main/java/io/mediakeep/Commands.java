package io.mediakeep;

import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** What the command line may say. Exit codes: 0 done, 1 found something, 2 could not, with a line on standard error. */
@Command(
        name = "mediakeep",
        description = "Copies the results of AI media providers into a bucket before they are deleted.",
        synopsisSubcommandLabel = "[COMMAND]",
        versionProvider = Commands.Version.class,
        mixinStandardHelpOptions = true,
        footer = {"", "Exit codes: 0 done, 1 found something, 2 could not."},
        subcommands = {
            Commands.Run.class,
            CheckCommand.class,
            AuditCommand.class,
            BackfillCommand.class,
            ReplayCommand.class,
            NormalizeCommand.class,
            ProvidersCommand.class,
            LedgerCommands.BackupCommand.class,
            LedgerCommands.RestoreCommand.class,
            LedgerCommands.RebuildCommand.class,
            CommandLine.HelpCommand.class
        })
final class Commands implements Callable<Integer> {
    static final int DONE = 0;
    static final int FOUND = 1;
    static final int COULD_NOT = 2;

    /** The answer of the others is all that they say. */
    private static final Set<String> LOGGING = Set.of("run", "backup", "rebuild");

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Puts application-NAME.properties on top of application.properties.")
    private String profile;

    private Commands() {}

    /** @return the exit code */
    static int execute(String... args) {
        if (List.of(args).stream().noneMatch(LOGGING::contains)) {
            Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
        }
        return line(new PrintWriter(System.out, true), new PrintWriter(System.err, true))
                .execute(args);
    }

    /** For tests, with places for what it says. */
    static CommandLine line(PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new Commands());
        line.setOut(out);
        line.setErr(err);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            boolean said = failure instanceof RunningProduct.Refusal;
            command.getErr().println("mediakeep: " + (said ? failure.getMessage() : StartFailure.line(failure)));
            return COULD_NOT;
        });
        return line;
    }

    /** Without a word the product runs. */
    @Override
    public Integer call() throws Exception {
        return Product.run(profile);
    }

    /** Where the settings are, as Camel takes it. */
    String locations() {
        return Product.locations(profile);
    }

    @Command(name = "run", description = "Runs the product; the same as no command.")
    static final class Run implements Callable<Integer> {
        @CommandLine.ParentCommand
        private Commands commands;

        @Override
        public Integer call() throws Exception {
            return commands.call();
        }
    }

    /** Of the JAR's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Commands.class.getPackage().getImplementationVersion();
            return new String[] {
                "mediakeep " + (version == null ? "from its sources" : version),
                "Java " + Runtime.version() + ", Camel "
                        + org.apache.camel.CamelContext.class.getPackage().getImplementationVersion()
            };
        }
    }
}
