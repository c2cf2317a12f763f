package keysync

// Changes is until when a group's tree is remembered.
var Changes = changes
