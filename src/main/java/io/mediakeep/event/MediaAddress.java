package io.mediakeep.event;

import io.mediakeep.digest.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a URL points to, whatever its signature: a digest of host and path, and of the query as far as it names something.
 * Two URLs of one file that were signed at different times have the same address.
 */
public final class MediaAddress {
    /** Where the path ends in a name like these, the query signs, expires or counts, but does not choose the file. */
    private static final Pattern FILE = Pattern.compile(
            "(?i).*\\.(mp4|m4v|mov|webm|mkv|avi|flv|mp3|wav|m4a|aac|ogg|opus|flac|aiff?|png|jpe?g|webp|gif|avif|heic|bmp|tiff?"
                    + "|jxl|glb|gltf|obj|fbx|usdz|zip|srt|vtt|txt|mid|midi|origin)");
    /** Of such a file the cloud may make another one, such as a picture of a video. */
    private static final Pattern PROCESSING = Pattern.compile("(?i)(.*process|imagemogr.*|imageview.*|vframe.*)");

    private static final Pattern SIGNING = Pattern.compile(
            "(?i)(x-(amz|goog|tos|oss|obs|bce|cos)-.*|q-(sign|ak|key|header|url).*|.*(signature|token|secret|expire).*"
                    + "|(ws|tx)time|_jwt|jwt|hmac|hdnt[sa]|hdnea|policy|key-pair-id|auth_key|verify|.*accesskeyid|googleaccessid)");
    private static final Set<String> SHORT = Set.of(
            "sig", "sign", "exp", "se", "sp", "sv", "sr", "st", "spr", "sip", "ske", "skt", "sks", "skv", "skoid",
            "sktid");

    private MediaAddress() {}

    /** 32 hexadecimal digits. */
    public static String of(String url) {
        String rest = url.substring(url.indexOf("://") < 0 ? 0 : url.indexOf("://") + 3);
        rest = upTo(rest, rest.indexOf('#'));
        int end = firstOf(rest, '/', '?');
        String host = upTo(rest, end).toLowerCase(Locale.ROOT);
        String path =
                end < 0 ? "" : upTo(rest.substring(end), rest.substring(end).indexOf('?'));
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        boolean file = FILE.matcher(path).matches();
        String naming = Arrays.stream(query.split("&"))
                .filter(part -> !part.isEmpty() && names(part.split("=", 2)[0], file))
                .sorted()
                .collect(Collectors.joining("&"));
        return Digests.sha256((host + path + "?" + naming).getBytes(StandardCharsets.UTF_8))
                .substring(0, 32);
    }

    private static boolean names(String parameter, boolean file) {
        if (PROCESSING.matcher(parameter).matches()) {
            return true;
        }
        return !file && !SIGNING.matcher(parameter).matches() && !SHORT.contains(parameter.toLowerCase(Locale.ROOT));
    }

    private static int firstOf(String text, char one, char other) {
        int a = text.indexOf(one);
        int b = text.indexOf(other);
        return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
    }

    private static String upTo(String text, int end) {
        return end < 0 ? text : text.substring(0, end);
    }
}
