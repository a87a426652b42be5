package io.mediakeep.storage;

import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What a failed request says: of the storage as a whole, or of this request alone. */
public final class StorageError {
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<Integer> REFUSED = Set.of(400, 403, 405, 501);
    private static final Set<String> REFUSED_CODES = Set.of(
            "NotImplemented", "InvalidArgument", "InvalidRequest", "MethodNotAllowed", "AccessDenied", "NotSupported");
    private static final Set<String> UNKNOWN_CODES =
            Set.of("NotImplemented", "InvalidArgument", "InvalidRequest", "MethodNotAllowed", "NotSupported");
    /** Of those answers that are no trouble of the server, the ones that every other request gets too. */
    private static final Set<String> OF_ALL = Set.of(
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "NoSuchBucket",
            "InvalidBucketName",
            "RequestTimeTooSkewed",
            "ExpiredToken",
            "InvalidToken",
            "TokenRefreshRequired",
            "InvalidSecurity",
            "NotSignedUp",
            "AccountProblem",
            "AllAccessDisabled",
            "UserDisable",
            "AuthorizationHeaderMalformed",
            "PermanentRedirect",
            "TemporaryRedirect",
            "IllegalLocationConstraintException",
            "SecondLevelDomainForbidden",
            "QuotaExceeded",
            "XMinioStorageFull",
            "SlowDown",
            "Throttling",
            "TooManyRequests",
            "RequestLimitExceeded",
            "InternalError",
            "ServiceUnavailable");

    /** Of an answer that something else has given. */
    static final String NO_S3 = "the answer is not one of S3";

    private StorageError() {}

    /** In a few words, none of which the storage wrote but its error code: others may repeat what we sent. */
    public static String text(SdkException e) {
        if (e instanceof S3Exception answer) {
            String code = code(answer);
            return "status " + answer.statusCode() + (code == null ? "" : " " + code);
        }
        return isNoS3(e) ? NO_S3 : "no answer (" + root(e).getClass().getSimpleName() + ")";
    }

    static boolean isNoS3(SdkException e) {
        return String.valueOf(e.getMessage()).startsWith(NO_S3) || root(e) instanceof XMLStreamException;
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    /** The S3 error code; null if there is none, or one that no S3 has. */
    static String code(S3Exception e) {
        String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
        return code != null && CODE.matcher(code).matches() ? code : null;
    }

    /** Whether every other request is going to fail likewise; if not, that is to be found out with another one. */
    public static boolean concernsAll(SdkException e) {
        if (!(e instanceof S3Exception answer)) {
            return true;
        }
        String code = code(answer);
        if (code != null && OF_ALL.contains(code)) {
            return true;
        }
        int status = answer.statusCode();
        boolean server = status >= 500 && status != 501;
        return server || status == 401 || status == 407 || status == 429 || status >= 300 && status < 400;
    }

    /** Whether an object is there, which the request did not want to replace. */
    static boolean isTaken(S3Exception e) {
        return e.statusCode() == 412 || "PreconditionFailed".equals(code(e));
    }

    /** Whether a part of the request may be what the storage does not know or allow, such as a condition. */
    static boolean isRefusal(S3Exception e) {
        String code = code(e);
        return REFUSED.contains(e.statusCode()) || code != null && REFUSED_CODES.contains(code);
    }

    /** Whether it says that the storage does not know what was asked for; not that it found it wrong. */
    static boolean isUnknownFeature(S3Exception e) {
        String code = code(e);
        return e.statusCode() == 501 || code != null && UNKNOWN_CODES.contains(code);
    }

    /** Whether a probe met other trouble; some storages do not refuse what they do not know, but answer 500. */
    static boolean endsProbe(S3Exception e) {
        return concernsAll(e) && e.statusCode() != 500;
    }

    /** Whether somebody else works on the same key. */
    static boolean isRace(S3Exception e) {
        String code = code(e);
        return e.statusCode() == 409 || "ConditionalRequestConflict".equals(code) || "OperationAborted".equals(code);
    }
}
