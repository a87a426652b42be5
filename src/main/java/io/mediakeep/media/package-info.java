/** What bytes are: their kind by the first of them, and whether a container is whole by the last. */
package io.mediakeep.media;
