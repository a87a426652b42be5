package io.mediakeep.media;

import io.mediakeep.failure.RetryableFailure;
import java.util.Optional;

/**
 * Tells from a container's own sizes and end marks whether a resource is whole and is one such container, whatever length the
 * origin announced. Reads along with the download and keeps some hundred bytes only. Strict where bytes are missing or are something
 * else; what players forgive is forgiven. Not thread-safe.
 *
 * <p>A JPEG XL codestream has no end. A cut between two fragments of an MP4, two clusters of a live WebM or two pages of an Ogg does
 * not show.
 */
public final class ContainerCheck {
    private final Container container;
    private long position;

    /** @param type as found by {@link MediaType#sniff}; the bytes must begin with the resource's first one */
    public ContainerCheck(MediaType type) {
        this.container = switch (type.extension()) {
            case "mp4", "m4v", "m4a", "mov" -> new Boxes(Boxes.Content.MOVIE);
            case "avif", "heic" -> new Boxes(Boxes.Content.PICTURE);
            case "jxl" -> new Boxes(Boxes.Content.JPEG_XL);
            case "png" -> new Pictures.Png();
            case "jpg" -> new Pictures.Jpeg();
            case "gif" -> new Pictures.Gif();
            case "bmp" -> new Pictures.Bmp();
            case "tif" -> new Pictures.Tiff();
            case "wav", "webp", "avi" -> Riff.little();
            case "aiff" -> Riff.big();
            case "webm", "mkv" -> new Matroska();
            case "mp3" -> new Frames(false);
            case "aac" -> new Frames(true);
            case "ogg", "ogv" -> new Streams.Ogg();
            case "flac" -> new Streams.Flac();
            case "ts" -> new Streams.TransportStream();
            case "flv" -> new Streams.Flv();
            case "mid" -> new Streams.Midi();
            case "wmv" -> new Streams.Asf();
            case "glb" -> new Models.Glb();
            case "fbx" -> new Models.Fbx();
            case "zip", "usdz" -> new Models.Zip();
            case "srt", "vtt", "lrc", "txt" -> new PlainText();
            default -> new Container.Opaque();
        };
    }

    /**
     * The next bytes, in order and without gaps.
     *
     * @throws RetryableFailure {@code resp_type} as soon as they are not of the container, whatever may still come
     */
    public void update(byte[] bytes, int offset, int length) {
        take(bytes, offset, length);
        if (container.broken != null) {
            throw damaged();
        }
    }

    /** As {@link #update}, and leaves what is wrong to {@link #problem}. */
    public void take(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (container.skip > 0) {
                int step = (int) Math.min(container.skip, end - at);
                container.skip -= step;
                container.position += step;
                at += step;
            } else {
                container.position++;
                container.accept(bytes[at++] & 0xff);
            }
        }
        position += length;
    }

    /** @return what is missing or wrong if the bytes so far are all; empty if nothing can be said against them */
    public Optional<String> problem() {
        String missing = container.missing();
        return Optional.ofNullable(container.broken != null ? container.broken : missing);
    }

    /**
     * @throws RetryableFailure {@code resp_truncated} if the end is missing, {@code resp_type} if there is another {@link #problem()}
     */
    public void finish() {
        Optional<String> problem = problem();
        if (problem.isPresent()) {
            throw container.broken != null
                    ? damaged()
                    : new RetryableFailure("resp_truncated", "after " + position + " bytes: " + problem.get());
        }
    }

    private RetryableFailure damaged() {
        return new RetryableFailure("resp_type", "expected media, but found " + container.broken);
    }
}
