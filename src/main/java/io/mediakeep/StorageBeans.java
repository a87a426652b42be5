package io.mediakeep;

import io.mediakeep.failure.Failure;
import io.mediakeep.settings.ProxySettings;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.LateChecksum;
import io.mediakeep.storage.ObjectPolicy;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import io.mediakeep.storage.StorageSite;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;

/** The bucket: a client of the storage that the settings name, or of the embedded S3 server. */
record StorageBeans(EmbeddedStorage embedded, S3Client client, Storage storage, Optional<Failure> trouble)
        implements AutoCloseable {
    /** A copy sends up to two parts at a time; a wait for a connection would count as trouble of the storage. */
    private static final int PER_COPY = 2;
    /** Manifests, looks at objects, the sweep. */
    private static final int OTHERS = 8;

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    /**
     * What is wrong with the storage itself is no reason not to start.
     *
     * @throws SettingException if a {@code mediakeep.storage.*} setting is wrong
     */
    static StorageBeans open(Settings settings) {
        return open(settings, List.of());
    }

    /** @param accounts whose own wishes for objects count, see {@link ObjectPolicy} */
    static StorageBeans open(Settings settings, Collection<String> accounts) {
        String prefix = "mediakeep.storage.";
        String bucket = bucket(settings);
        boolean external = settings.find(prefix + "endpoint").isPresent();
        boolean useEmbedded = settings.flag(prefix + "embedded") && !external;
        boolean pathStyle = settings.flag(prefix + "path-style");
        String accessKey = settings.find(prefix + "access-key").orElse("");
        String secretKey = settings.find(prefix + "secret-key").orElse("");
        if (accessKey.isEmpty() != secretKey.isEmpty()) {
            throw new SettingException(
                    prefix + (accessKey.isEmpty() ? "access-key" : "secret-key"),
                    "set together with " + prefix + (accessKey.isEmpty() ? "secret-key" : "access-key"),
                    "is empty");
        }
        String endpoint = external ? settings.httpUrl(prefix + "endpoint") : "";
        ObjectPolicy policy = new ObjectPolicy(settings, accounts, Clock.systemUTC());
        EmbeddedStorage embedded = null;
        if (useEmbedded) {
            if (!policy.isEmpty()) {
                throw new SettingException(
                        prefix + "endpoint",
                        "set where objects are to have an encryption, an ACL, a class, tags or a lock",
                        "is empty, and the embedded server knows none of them");
            }
            String directory = settings.text(prefix + "directory");
            try {
                embedded = new EmbeddedStorage(Path.of(directory), 0);
            } catch (IllegalStateException e) {
                throw new SettingException(
                        prefix + "directory", "a directory that can be written", "is not: " + e.getMessage());
            }
            endpoint = embedded.endpoint().toString();
            accessKey = embedded.accessKey();
            secretKey = embedded.secretKey();
        }
        S3Client client = StorageClientFactory.create(
                endpoint,
                settings.text(prefix + "region"),
                accessKey,
                secretKey,
                pathStyle,
                settings.number("mediakeep.copy.concurrency", 1, 256) * PER_COPY + OTHERS,
                signsPayload(settings, endpoint),
                ProxySettings.read(settings),
                List.of(policy));
        StorageSite site =
                new StorageSite(endpoint, bucket, settings.text(prefix + "region"), pathStyle, !accessKey.isEmpty());
        Storage storage = new Storage(client, site, lateChecksum(settings, useEmbedded), !useEmbedded);
        Failure trouble = null;
        try {
            if (useEmbedded) {
                storage.checkBucket(true);
            }
            storage.check();
        } catch (Failure e) {
            trouble = e;
        }
        return new StorageBeans(embedded, client, storage, Optional.ofNullable(trouble));
    }

    static String bucket(Settings settings) {
        return settings.matching("mediakeep.storage.bucket", BUCKET, "a bucket name of 3 to 63 characters a-z 0-9 . -");
    }

    static LateChecksum lateChecksum(Settings settings, boolean embedded) {
        LateChecksum late =
                LateChecksum.of(settings.word("mediakeep.storage.late-checksum", "auto", "tag", "copy", "none"));
        // The embedded server sets metadata anew without writing the object a second time.
        return late == LateChecksum.AUTO && embedded ? LateChecksum.COPY : late;
    }

    private static boolean signsPayload(Settings settings, String endpoint) {
        return switch (settings.word("mediakeep.storage.sign-payload", "auto", "true", "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> !StorageClientFactory.isLoopback(endpoint);
        };
    }

    /** Where the bucket is, for an operator. */
    static String place(Settings settings) {
        Path embedded = directory(settings);
        return "bucket " + bucket(settings)
                + (embedded != null
                        ? " in " + embedded.toAbsolutePath()
                        : " at " + settings.find("mediakeep.storage.endpoint").orElse("AWS S3"));
    }

    /** Where the embedded S3 server keeps objects; null if it is not used. */
    static Path directory(Settings settings) {
        boolean embedded = settings.flag("mediakeep.storage.embedded")
                && settings.find("mediakeep.storage.endpoint").isEmpty();
        return embedded ? Path.of(settings.text("mediakeep.storage.directory")) : null;
    }

    @Override
    public void close() {
        client.close();
        if (embedded != null) {
            embedded.close();
        }
    }
}
