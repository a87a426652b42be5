package io.mediakeep.storage;

import io.mediakeep.settings.Settings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * What the bucket's owner wants of every object: encryption and access for all that is written, manifests and probes too; storage
 * class, tags and lock for results. Puts it into each request that makes an object, whoever sends it. Immutable, thread-safe.
 */
public final class ObjectPolicy implements ExecutionInterceptor {
    private static final String PREFIX = "mediakeep.storage.";
    private static final String BUCKET = "bucket";
    private static final String META = "x-amz-meta-";
    private static final Pattern CLASS = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");
    private static final Pattern KEY = Pattern.compile("[!-~]{1,2048}");
    private static final Pattern LOCK = Pattern.compile("(?:governance|compliance) +\\S+");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9 +\\-._:/@]{1,128}=[A-Za-z0-9 +\\-._:/@]{0,256}");
    /** S3 allows ten, and a late checksum needs one. */
    private static final int MOST_TAGS = 9;

    private final Map<String, String> ofAll = new LinkedHashMap<>();
    private final Map<String, String> ofResults;
    private final Map<String, Map<String, String>> ofAccounts = new LinkedHashMap<>();
    private final String lockMode;
    private final Duration lockTime;
    private final Clock clock;

    /**
     * @param accounts whose own settings count, such as {@code mediakeep.kling.storage-class}
     * @throws io.mediakeep.settings.SettingException if one of them is wrong
     */
    public ObjectPolicy(Settings settings, Collection<String> accounts, Clock clock) {
        this.clock = clock;
        String encryption = word(settings, "encryption", "AES256", "aws:kms", "aws:kms:dsse");
        if (!encryption.equals(BUCKET)) {
            ofAll.put("x-amz-server-side-encryption", encryption);
        }
        String acl = word(
                settings,
                "acl",
                "private",
                "public-read",
                "authenticated-read",
                "aws-exec-read",
                "bucket-owner-read",
                "bucket-owner-full-control");
        if (!acl.equals(BUCKET)) {
            ofAll.put("x-amz-acl", acl);
        }
        kmsKey(settings, PREFIX + "kms-key").ifPresent(key -> {
            if (!encryption.startsWith("aws:kms")) {
                throw Settings.wrong(PREFIX + "encryption", "aws:kms where a key is set", encryption);
            }
            ofAll.put("x-amz-server-side-encryption-aws-kms-key-id", key);
        });
        ofResults = ofResults(settings, PREFIX);
        for (String account : accounts) {
            String prefix = "mediakeep." + account + ".";
            Map<String, String> own = ofResults(settings, prefix);
            kmsKey(settings, prefix + "kms-key").ifPresent(key -> {
                own.put("x-amz-server-side-encryption", encryption.startsWith("aws:kms") ? encryption : "aws:kms");
                own.put("x-amz-server-side-encryption-aws-kms-key-id", key);
            });
            ofAccounts.put(account, own);
        }
        Optional<String> lock = settings.find(PREFIX + "lock");
        if (lock.isPresent()) {
            String[] words = lock(settings, PREFIX + "lock").split(" +");
            lockMode = words[0].toUpperCase(Locale.ROOT);
            lockTime = new Settings(name -> Optional.of(words[1])).duration(PREFIX + "lock", Duration.ofDays(1));
        } else {
            lockMode = null;
            lockTime = null;
        }
    }

    /** One of these, or what stands for none of them. */
    private static String word(Settings settings, String name, String... words) {
        return settings.find(PREFIX + name).isEmpty()
                ? BUCKET
                : settings.word(
                        PREFIX + name,
                        Stream.concat(Stream.of(BUCKET), Stream.of(words)).toArray(String[]::new));
    }

    private static String lock(Settings settings, String name) {
        return settings.matching(name, LOCK, "governance or compliance and a duration, such as governance 30d");
    }

    private static Optional<String> kmsKey(Settings settings, String name) {
        return settings.find(name).map(key -> settings.matching(name, KEY, "the id or the ARN of a key"));
    }

    private static Map<String, String> ofResults(Settings settings, String prefix) {
        Map<String, String> headers = new LinkedHashMap<>();
        String storageClass = prefix + "storage-class";
        settings.find(storageClass)
                .ifPresent(name -> headers.put(
                        "x-amz-storage-class",
                        settings.matching(storageClass, CLASS, "a storage class such as STANDARD_IA")));
        List<String> tags = settings.list(prefix + "tags");
        if (tags.size() > MOST_TAGS) {
            throw Settings.wrong(prefix + "tags", "at most " + MOST_TAGS + " tags", tags.size() + " of them");
        }
        List<String> encoded = new ArrayList<>();
        for (String tag : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw Settings.wrong(prefix + "tags", "tags such as team=media, project=film", tag);
            }
            String[] parts = tag.split("=", 2);
            encoded.add(encode(parts[0].strip()) + "=" + encode(parts[1].strip()));
        }
        if (!encoded.isEmpty()) {
            headers.put("x-amz-tagging", String.join("&", encoded));
        }
        return headers;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Whether the bucket decides about all, for every account. */
    public boolean isEmpty() {
        return ofAll.isEmpty()
                && ofResults.isEmpty()
                && lockMode == null
                && ofAccounts.values().stream().allMatch(Map::isEmpty);
    }

    /** For an operator; empty where the bucket decides about all. */
    public String text() {
        Map<String, String> all = new LinkedHashMap<>(ofAll);
        all.putAll(ofResults);
        if (lockMode != null) {
            all.put("x-amz-object-lock-mode", lockMode + " for " + lockTime.toDays() + " days");
        }
        all.remove("x-amz-server-side-encryption-aws-kms-key-id");
        List<String> words = new ArrayList<>();
        all.forEach((name, value) -> words.add(name.replace("x-amz-", "") + " " + value));
        return String.join(", ", words);
    }

    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        SdkHttpRequest request = context.httpRequest();
        SdkRequest made = context.request();
        boolean copy = made instanceof CopyObjectRequest;
        if (!copy && !(made instanceof PutObjectRequest) && !(made instanceof CreateMultipartUploadRequest)) {
            return request;
        }
        SdkHttpRequest.Builder changed = request.toBuilder();
        Map<String, String> headers = new LinkedHashMap<>(ofAll);
        if (request.firstMatchingHeader(META + "media-key").isPresent()) {
            headers.putAll(ofResults);
            request.firstMatchingHeader(META + "provider").map(ofAccounts::get).ifPresent(headers::putAll);
            if (lockMode != null) {
                headers.put("x-amz-object-lock-mode", lockMode);
                headers.put(
                        "x-amz-object-lock-retain-until-date",
                        clock.instant()
                                .plus(lockTime)
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString());
            }
        }
        if (copy) {
            headers.remove("x-amz-tagging"); // The tags are copied.
        }
        // What a step of a route has asked for goes first.
        headers.forEach((name, value) -> {
            if (request.firstMatchingHeader(name).isEmpty()) {
                changed.putHeader(name, value);
            }
        });
        return changed.build();
    }
}
