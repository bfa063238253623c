-- Sends one file by iMessage: osascript - RECIPIENT PATH, with this script on standard input.
-- The file is resolved before anything is sent. Else as in send-imessage.applescript.
on run argv
	if (count of argv) < 2 then error "usage: RECIPIENT PATH" number -50
	set theRecipient to item 1 of argv
	set theFile to (POSIX file (item 2 of argv)) as alias
	tell application "Messages"
		set theAccount to 1st account whose service type = iMessage
		set theTarget to participant theRecipient of theAccount
		log "control-plane: target resolved"
		send theFile to theTarget
	end tell
	return "accepted"
end run
