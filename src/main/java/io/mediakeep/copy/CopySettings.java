package io.mediakeep.copy;

import io.mediakeep.digest.Checksum;
import java.time.Duration;

/**
 * How media are copied.
 *
 * @param concurrency copies at a time
 * @param partSize    bytes of a part, 5 MiB to 16 MiB
 * @param uploadLife  how long after its begin an upload that broke off is gone on with
 * @param checksum    what is made of each content while it passes
 */
public record CopySettings(int concurrency, int partSize, Duration uploadLife, Checksum.Algorithm checksum) {}
