package io.mediakeep;

import io.mediakeep.database.Backup;
import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerLock;
import io.mediakeep.database.Restore;
import io.mediakeep.database.Room;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.RebuildLedger;
import io.mediakeep.manifest.Rebuild;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Commands about the ledger as a whole. */
final class LedgerCommands {
    private LedgerCommands() {}

    @Command(
            name = "backup",
            description = "Copies a SQLite ledger, also while the product runs.",
            mixinStandardHelpOptions = true)
    static final class BackupCommand implements Callable<Integer> {
        @ParentCommand
        private Commands commands;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The copy; a file that is not there yet.")
        private Path file;

        @Override
        public Integer call() {
            try (SettingsOnly product = new SettingsOnly(commands.locations())) {
                Backup.Result made = Backup.write(product.settings(), file);
                spec.commandLine()
                        .getOut()
                        .println("backup: " + made.file() + ", " + made.bytes() + " bytes, checked; rows: "
                                + Backup.text(made.rows()));
            }
            return Commands.DONE;
        }
    }

    @Command(
            name = "restore",
            description = {
                "Puts a copy that backup made in the place of a SQLite ledger, while the product does not run.",
                "A ledger that is there is kept beside it under another name."
            },
            mixinStandardHelpOptions = true)
    static final class RestoreCommand implements Callable<Integer> {
        @ParentCommand
        private Commands commands;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The copy.")
        private Path file;

        @Override
        public Integer call() throws Exception {
            try (SettingsOnly product = new SettingsOnly(commands.locations());
                    LedgerLock lock = LedgerLock.take(product.settings())) {
                Restore.Result done = Restore.run(product.settings(), file, Clock.systemUTC());
                spec.commandLine()
                        .getOut()
                        .println("restore: " + done.file() + ", checked; rows: " + Backup.text(done.rows())
                                + done.before()
                                        .map(before -> "; the ledger before is " + before)
                                        .orElse(""));
            }
            return Commands.DONE;
        }
    }

    @Command(
            name = "rebuild",
            description = "Fills a lost ledger from the manifests in the bucket, while the product does not run.",
            mixinStandardHelpOptions = true)
    static final class RebuildCommand implements Callable<Integer> {
        @ParentCommand
        private Commands commands;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws Exception {
            try (SettingsOnly product = new SettingsOnly(commands.locations())) {
                rebuild(product.settings(), product.providers());
            }
            return Commands.DONE;
        }

        private void rebuild(Settings settings, Providers providers) throws Exception {
            Room.of(settings, StorageBeans.directory(settings));
            try (LedgerLock lock = LedgerLock.take(settings);
                    Ledger ledger = new Ledger(new Database(settings), Clock.systemUTC(), "rebuild");
                    StorageBeans storage = StorageBeans.open(settings)) {
                RebuildLedger rows = new RebuildLedger(
                        ledger,
                        new DeadLetterLedger(ledger, new OutboxLedger(ledger)),
                        provider -> providers
                                .find(provider)
                                .filter(ProviderSettings::readable)
                                .isPresent());
                Rebuild.Result found = new Rebuild(storage.storage(), Mediakeep.keys(settings), rows).run();
                spec.commandLine()
                        .getOut()
                        .println("rebuild: tasks " + found.tasks() + " brought back, " + found.known()
                                + " known | media " + found.stored() + " stored, " + found.missing() + " missing, "
                                + found.different() + " different, " + found.waiting()
                                + " not stored yet | manifests that cannot be read " + found.unreadable());
            }
        }
    }
}
