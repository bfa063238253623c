-- Sends one iMessage: osascript - RECIPIENT TEXT, with this script on standard input.
-- Only the first iMessage account is used: a text must never leave as SMS.
-- The line logged between the two steps tells the caller which errors can only
-- have come before anything was sent.
on run argv
	if (count of argv) < 2 then error "usage: RECIPIENT TEXT" number -50
	set theRecipient to item 1 of argv
	set theText to item 2 of argv
	tell application "Messages"
		set theAccount to 1st account whose service type = iMessage
		set theTarget to participant theRecipient of theAccount
		log "control-plane: target resolved"
		send theText to theTarget
	end tell
	return "accepted"
end run
