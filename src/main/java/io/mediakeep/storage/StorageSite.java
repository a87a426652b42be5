package io.mediakeep.storage;

import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Where the bucket is, by the settings; says to an operator what is probably wrong with them. Nothing that the storage wrote is
 * repeated but its error code and its region. Immutable.
 *
 * @param endpoint  empty for AWS
 * @param pathStyle {@code host/bucket/key} instead of {@code bucket.host/key}
 * @param keys      whether the settings have credentials; else they come from the default chain of the SDK
 */
public record StorageSite(String endpoint, String bucket, String region, boolean pathStyle, boolean keys) {
    private static final String PREFIX = "mediakeep.storage.";
    private static final String REGION_HEADER = "x-amz-bucket-region";
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,32}");

    /** Such as {@code bucket media at https://minio.example.com:9000}. */
    public String place() {
        return "bucket " + bucket + " at " + (endpoint.isEmpty() ? "AWS S3, region " + region : endpoint);
    }

    /** One line: where, what was answered, and the setting that is to be looked at. */
    String explain(SdkException e) {
        return place() + " cannot be used: " + StorageError.text(e) + ": "
                + (e instanceof S3Exception answer ? refused(answer) : unanswered(e));
    }

    private String refused(S3Exception e) {
        String code = StorageError.code(e);
        return switch (code == null ? "" : code) {
            case "InvalidAccessKeyId" -> credentials("access-key", "the access key", "is not known there");
            case "SignatureDoesNotMatch" ->
                credentials(
                        "secret-key",
                        "the secret key",
                        "is not the one of " + (keys ? "its access-key" : "its access key"));
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
                "the credentials are not valid any more: set " + PREFIX + "access-key and " + PREFIX
                        + "secret-key, or renew those of the AWS default credentials chain";
            case "NoSuchBucket" -> noBucket("");
            case "InvalidBucketName" -> PREFIX + "bucket is no name that this storage allows" + hostStyle();
            case "RequestTimeTooSkewed" -> "the clock of this machine or of the storage is wrong";
            case "AuthorizationHeaderMalformed",
                    "PermanentRedirect",
                    "TemporaryRedirect",
                    "IllegalLocationConstraintException" -> wrongRegion(e);
            case "SecondLevelDomainForbidden", "VirtualHostDomainRequired" ->
                "this storage wants " + PREFIX + "path-style = false";
            case "QuotaExceeded", "XMinioStorageFull" -> "the storage is full";
            case "AccessDenied", "AllAccessDisabled" -> noRight();
            default -> refused(e.statusCode(), e);
        };
    }

    private String refused(int status, S3Exception e) {
        if (status >= 300 && status < 400) {
            return wrongRegion(e);
        }
        if (status == 507) {
            return "the storage is full";
        }
        if (status >= 500 && status != 501 || status == 429) {
            return "the storage, or a proxy before it, has trouble of its own";
        }
        return switch (status) {
            case 401, 403 -> noRight() + ", or " + PREFIX + "access-key or " + PREFIX + "secret-key is wrong";
            case 407 -> "the proxy wants other credentials than mediakeep.proxy.url has";
            case 404 -> noBucket(", or " + PREFIX + "endpoint is no S3 endpoint");
            default -> PREFIX + "endpoint may be no S3 endpoint, or its other port";
        };
    }

    private String credentials(String setting, String otherwise, String what) {
        return keys
                ? PREFIX + setting + " " + what
                : otherwise + " of the AWS default credentials chain " + what + "; " + PREFIX + "access-key and "
                        + PREFIX + "secret-key are not set";
    }

    private String noRight() {
        return (keys ? PREFIX + "access-key" : "the access key of the AWS default credentials chain")
                + " has not all rights that are needed in the bucket (docs/operations.md, Storage)";
    }

    private String noBucket(String or) {
        return "there is no such bucket: create it, or mend " + PREFIX + "bucket" + hostStyle() + or;
    }

    private String hostStyle() {
        return pathStyle ? "" : " or set " + PREFIX + "path-style = true";
    }

    private String wrongRegion(S3Exception e) {
        Optional<String> told = Optional.ofNullable(e.awsErrorDetails())
                .map(details -> details.sdkHttpResponse())
                .flatMap(answer -> answer.firstMatchingHeader(REGION_HEADER))
                .filter(region -> REGION.matcher(region).matches());
        return PREFIX + "region is " + region + ", but the bucket is in "
                + told.orElse("another region, or " + PREFIX + "endpoint is that of another region");
    }

    private String unanswered(SdkException e) {
        if (StorageError.isNoS3(e)) {
            return PREFIX
                    + "endpoint leads to something else, such as a proxy, a console or a login page of the network";
        }
        for (Throwable cause = e; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.startsWith("Unable to load credentials")) {
                return "there are no credentials: set " + PREFIX + "access-key and " + PREFIX
                        + "secret-key, or those of the AWS default credentials chain";
            }
            if (cause instanceof UnknownHostException) {
                return pathStyle
                        ? "the host of " + PREFIX + "endpoint is unknown"
                        : "the host of the bucket is unknown: set " + PREFIX + "path-style = true, or mend " + PREFIX
                                + "endpoint";
            }
            if (cause instanceof SSLException) {
                return message.contains("SSL message") || message.contains("plaintext")
                        ? PREFIX + "endpoint says https, but there is no TLS at that port"
                        : "its certificate is not trusted by this Java, or is for another host than that of " + PREFIX
                                + "endpoint" + hostStyle();
            }
        }
        return "nothing that speaks S3 answers at " + PREFIX + "endpoint: is the storage running, is the port right?";
    }
}
